# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every problem of this package in words: what it means, and what to do about it.

One table, so that the Odoo layer can translate each sentence by its code. ``%(name)s`` stands
for a member of :attr:`~.errors.GraphError.details`. The groups are the classes of
:mod:`.errors`.
"""

# Marks what is translated: Odoo's exporter of terms reads the source and looks for this name.
_lt = str

SENTENCES = {
    "configuration": {
        "cloud_unknown": (
            _lt("There is no Microsoft cloud called “%(cloud)s”."),
            _lt("Choose one of the clouds in the list."),
        ),
        "url_missing": (
            _lt("The address “%(field)s” of this cloud is not filled in."),
            _lt("Enter both addresses: the one that issues tokens and the one of Microsoft Graph."),
        ),
        "url_not_https": (
            _lt("The address “%(field)s” does not start with https://."),
            _lt(
                "Enter an address that starts with https://: the application's secret travels over it."
            ),
        ),
        "url_no_host": (
            _lt("The address “%(field)s” has no usable host name."),
            _lt(
                "Enter it like https://login.microsoftonline.com, with a host name after the slashes."
            ),
        ),
        "url_has_path": (
            _lt("The address “%(field)s” goes on after its host name."),
            _lt(
                "Remove all that follows the host name: the tenant and the version are added "
                "automatically."
            ),
        ),
        "url_has_credentials": (
            _lt("The address “%(field)s” contains a user name or a password."),
            _lt("Remove what stands before the @ sign."),
        ),
        "tenant_missing": (
            _lt("The tenant is not filled in."),
            _lt("Copy the Directory (tenant) ID from the overview of the app registration."),
        ),
        "tenant_not_id": (
            _lt("The tenant is neither an id nor a domain; it looks like a name."),
            _lt(
                "Copy the Directory (tenant) ID from the overview of the app registration, or "
                "enter a domain of the tenant such as contoso.onmicrosoft.com."
            ),
        ),
        "tenant_shared": (
            _lt("“common”, “organizations” and “consumers” stand for no tenant in particular."),
            _lt("Copy the Directory (tenant) ID from the overview of the app registration."),
        ),
        "client_id_missing": (
            _lt("The application's id is not filled in."),
            _lt("Copy the Application (client) ID from the overview of the app registration."),
        ),
        "client_id_not_guid": (
            _lt("The application's id does not have the form of an id."),
            _lt(
                "Copy the Application (client) ID from the overview of the app registration: 32 "
                "digits in five groups."
            ),
        ),
        "credential_missing": (
            _lt("There is neither a client secret nor a certificate with its key."),
            _lt(
                "Enter the value of a client secret, or paste the private key and the certificate."
            ),
        ),
        "key_missing": (
            _lt("There is a certificate, but no private key."),
            _lt("Paste the private key as well, from “BEGIN PRIVATE KEY” to “END PRIVATE KEY”."),
        ),
        "key_unreadable": (
            _lt("The private key cannot be read."),
            _lt("Paste it whole, in PEM form, with its BEGIN and END lines."),
        ),
        "key_unsupported": (
            _lt("Microsoft Entra does not accept this kind of private key."),
            _lt("Make a new RSA key of at least 2048 bits, and a certificate for it."),
        ),
        "passphrase_missing": (
            _lt("The private key is encrypted and there is no passphrase."),
            _lt("Enter the passphrase of the private key."),
        ),
        "passphrase_wrong": (
            _lt("The passphrase does not open the private key."),
            _lt("Enter the passphrase that was chosen when the key was made."),
        ),
        "certificate_missing": (
            _lt("There is a private key, but no certificate."),
            _lt(
                "Paste below the key the certificate that was uploaded to the app registration: "
                "Microsoft recognises the key by it."
            ),
        ),
        "certificate_unreadable": (
            _lt("The certificate cannot be read."),
            _lt("Paste it whole, in PEM form, with its BEGIN and END lines."),
        ),
        "certificate_mismatch": (
            _lt("The certificate belongs to another private key."),
            _lt("Paste the private key and the certificate that were made together."),
        ),
        "certificate_expired": (
            _lt("The certificate expired on %(date)s."),
            _lt(
                "Make a new certificate, upload it to the app registration and paste it here with "
                "its key."
            ),
        ),
        "certificate_not_yet_valid": (
            _lt("The certificate is valid only from %(date)s."),
            _lt(
                "Check the clock of this server; if it is right, use a certificate that is "
                "already valid."
            ),
        ),
        "business_missing": (
            _lt("The Bookings business is not filled in."),
            _lt("Choose it from the list, or enter its address, such as salon@contoso.com."),
        ),
        "business_not_address": (
            _lt("This is not the address of a Bookings business."),
            _lt(
                "Enter the mail address of the calendar, such as salon@contoso.com; it is part of "
                "the booking page's link."
            ),
        ),
        "personal_page": (
            _lt(
                "This is a personal “Bookings with me” page, which Microsoft Graph does not offer."
            ),
            _lt("Use a shared booking page, made in Microsoft Bookings, and enter its address."),
        ),
    },
    "auth": {
        "secret_expired": (
            _lt("The client secret has expired."),
            _lt(
                "In the app registration, under Certificates & secrets, make a new client secret "
                "and enter its value here."
            ),
        ),
        "wrong_secret": (
            _lt("The client secret is wrong."),
            _lt(
                "Enter the value of a client secret of this application. If the value is no "
                "longer shown, make a new one."
            ),
        ),
        "secret_id_pasted": (
            _lt("This is the id of the client secret, not its value."),
            _lt(
                "Copy the column “Value”. It is shown only right after the secret was made; make "
                "a new one if it is gone."
            ),
        ),
        "tenant_unknown": (
            _lt("Microsoft knows no such tenant in this cloud."),
            _lt("Check the Directory (tenant) ID, and that the right cloud is chosen."),
        ),
        "app_unknown": (
            _lt("The application is not known in this tenant."),
            _lt(
                "Check that the Application (client) ID and the Directory (tenant) ID are of the "
                "same app registration, and that an administrator of the tenant has granted "
                "consent."
            ),
        ),
        "app_disabled": (
            _lt("The application is disabled in this tenant."),
            _lt(
                "An administrator can enable it again in Microsoft Entra, under Enterprise "
                "applications."
            ),
        ),
        "certificate_unknown": (
            _lt("The certificate is not registered for this application."),
            _lt(
                "Upload it in the app registration, under Certificates & secrets, or paste the "
                "one that is registered."
            ),
        ),
        "consent_missing": (
            _lt("Nobody has consented to what this application asks for."),
            _lt("In the app registration, under API permissions, use “Grant admin consent”."),
        ),
        "conditional_access": (
            _lt("A conditional access policy of the tenant blocks this sign-in."),
            _lt(
                "Ask the tenant's administrator to allow this application from the address of "
                "this server."
            ),
        ),
        "clock_wrong": (
            _lt("Microsoft finds that the signed request is not of now."),
            _lt("Set the clock of this server right: a few minutes are enough to be refused."),
        ),
        "wrong_cloud": (
            _lt("The tenant or the application belongs to another Microsoft cloud."),
            _lt("Choose the cloud in which the app registration was made."),
        ),
        "scope_unknown": (
            _lt("The tenant does not know the Microsoft Graph of the chosen cloud."),
            _lt(
                "Check the chosen cloud and, for a cloud of your own, the address of Microsoft Graph."
            ),
        ),
        "token_refused": (
            _lt("Microsoft refused to issue a token (%(reason)s)."),
            _lt(
                "Check tenant, application and secret. Microsoft's code says more: look it up at "
                "https://login.microsoftonline.com/error."
            ),
        ),
        "token_rejected": (
            _lt("Microsoft Graph does not accept the token that was just issued."),
            _lt(
                "Check that the chosen cloud is the right one for both the tokens and Microsoft Graph."
            ),
        ),
    },
    "access": {
        "permission_missing": (
            _lt("The application lacks the permission %(permission)s, needed to %(operation)s."),
            _lt(
                "In the app registration, under API permissions, add the application permission "
                "%(permission)s of Microsoft Graph and use “Grant admin consent”."
            ),
        ),
        "access_denied": (
            _lt("Microsoft denies access, although a permission for it seems to be granted."),
            _lt(
                "Add also the application permission BookingsAppointment.ReadWrite.All and use "
                "“Grant admin consent”; a new permission takes some minutes to work."
            ),
        ),
        "app_only_refused": (
            _lt("Microsoft offers this operation to signed-in persons only, not to applications."),
            _lt("Do it in Microsoft Bookings itself."),
        ),
    },
    "not_found": {
        "not_found": (
            _lt("Microsoft does not find what was asked for."),
            _lt("It may have been deleted in Microsoft Bookings."),
        ),
        "business_not_found": (
            _lt("There is no Bookings business of that address in this tenant."),
            _lt(
                "Check the address for a typing error and that it is of this tenant. A personal "
                "“Bookings with me” page cannot be used."
            ),
        ),
        "mailbox_unavailable": (
            _lt("The mailbox of the Bookings business cannot be reached."),
            _lt(
                "It may be deleted, without a licence, or on a server of your own. Restore it in "
                "the Microsoft 365 admin centre."
            ),
        ),
    },
    "throttled": {
        "throttled": (
            _lt("Microsoft asks to slow down."),
            _lt("Nothing needs to be done: it is tried again later."),
        ),
    },
    "unavailable": {
        "unavailable": (
            _lt("Microsoft's service is not available at the moment."),
            _lt(
                "Nothing needs to be done: it is tried again later. If it lasts, look at the "
                "Microsoft 365 service health."
            ),
        ),
        "connection": (
            _lt("There is no connection to %(host)s."),
            _lt(
                "Check this server's network, name resolution and firewall: it must reach that "
                "host on port 443."
            ),
        ),
        "tls": (
            _lt("The certificate of %(host)s was not accepted."),
            _lt(
                "Check this server's clock and its list of certificate authorities. If a proxy "
                "opens the traffic, its authority must be on that list."
            ),
        ),
        "timeout": (
            _lt("%(host)s did not answer in time."),
            _lt(
                "Nothing needs to be done: it is tried again later. If it lasts, check the "
                "firewall and the proxy."
            ),
        ),
        "proxy": (
            _lt("The proxy between this server and %(host)s refused."),
            _lt(
                "Check the proxy settings of this server: the proxy must let it reach that host "
                "on port 443."
            ),
        ),
        "write_unconfirmed": (
            _lt("Microsoft did not confirm the change; it may have been carried out or not."),
            _lt("Look in Microsoft Bookings before trying again."),
        ),
    },
    "protocol": {
        "not_json": (
            _lt("%(host)s answered with something else than data."),
            _lt(
                "Often a proxy or a firewall answers in Microsoft's place with a page of its own: "
                "let this server reach that host directly."
            ),
        ),
        "truncated": (
            _lt("The answer of %(host)s broke off in the middle."),
            _lt(
                "Nothing needs to be done: it is tried again later. If it lasts, check the proxy "
                "and the network."
            ),
        ),
        "empty_answer": (
            _lt("%(host)s answered with nothing."),
            _lt("Nothing needs to be done: it is tried again later. If it lasts, check the proxy."),
        ),
        "too_large": (
            _lt("The answer of %(host)s is larger than is accepted."),
            _lt("Read a shorter period at once."),
        ),
        "unexpected_answer": (
            _lt("%(host)s answered with data that do not have the expected form."),
            _lt(
                "Check the addresses of the chosen cloud; report it, with Microsoft's request id, "
                "if they are right."
            ),
        ),
        "record_unreadable": (
            _lt("Microsoft sent a record that cannot be understood: %(reason)s"),
            _lt(
                "Open it in Microsoft Bookings and save it again; report it, with Microsoft's "
                "request id, if that does not help."
            ),
        ),
        "foreign_host": (
            _lt(
                "An answer refers to another server (%(host)s), to which the token must not be sent."
            ),
            _lt("Check the addresses of the chosen cloud and the proxy."),
        ),
        "paging_loop": (
            _lt("The pages of a list never end."),
            _lt("Report it to Microsoft with the request id."),
        ),
        "redirect": (
            _lt("%(host)s sends the request on to another address, which is not followed."),
            _lt(
                "Often a proxy or a sign-in page stands between: let this server reach that host "
                "directly."
            ),
        ),
    },
    "refused": {
        "refused": (
            _lt("Microsoft refused the request."),
            _lt("Microsoft's code and request id say why; correct the data, or report both."),
        ),
        "conflict": (
            _lt("Microsoft refused the change because of another one."),
            _lt("Synchronise, then try again."),
        ),
        "too_many_businesses": (
            _lt("There are too many Bookings businesses for Microsoft to list them."),
            _lt("Search by a part of the name, or enter the address of the business."),
        ),
    },
    "come_back_later": {
        "come_back_later": (
            _lt("The work goes on at %(retry_at)s."),
            _lt("Nothing needs to be done."),
        ),
    },
}
