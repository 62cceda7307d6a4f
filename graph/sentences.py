# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every problem of this package in words: what it means, and what to do about it.

One table, so that the Odoo layer can translate each sentence by its code. ``%(name)s`` stands
for a member of :attr:`~.errors.GraphError.details`. The groups are the classes of
:mod:`.errors`.
"""

SENTENCES = {
    "configuration": {
        "cloud_unknown": (
            "There is no Microsoft cloud called “%(cloud)s”.",
            "Choose one of the clouds in the list.",
        ),
        "url_missing": (
            "The address “%(field)s” of this cloud is not filled in.",
            "Enter both addresses: the one that issues tokens and the one of Microsoft Graph.",
        ),
        "url_not_https": (
            "The address “%(field)s” does not start with https://.",
            "Enter an address that starts with https://: the application's secret travels over it.",
        ),
        "url_no_host": (
            "The address “%(field)s” has no usable host name.",
            "Enter it like https://login.microsoftonline.com, with a host name after the slashes.",
        ),
        "url_has_path": (
            "The address “%(field)s” goes on after its host name.",
            "Remove all that follows the host name: the tenant and the version are added "
            "automatically.",
        ),
        "url_has_credentials": (
            "The address “%(field)s” contains a user name or a password.",
            "Remove what stands before the @ sign.",
        ),
        "tenant_missing": (
            "The tenant is not filled in.",
            "Copy the Directory (tenant) ID from the overview of the app registration.",
        ),
        "tenant_not_id": (
            "The tenant is neither an id nor a domain; it looks like a name.",
            "Copy the Directory (tenant) ID from the overview of the app registration, or "
            "enter a domain of the tenant such as contoso.onmicrosoft.com.",
        ),
        "tenant_shared": (
            "“common”, “organizations” and “consumers” stand for no tenant in particular.",
            "Copy the Directory (tenant) ID from the overview of the app registration.",
        ),
        "client_id_missing": (
            "The application's id is not filled in.",
            "Copy the Application (client) ID from the overview of the app registration.",
        ),
        "client_id_not_guid": (
            "The application's id does not have the form of an id.",
            "Copy the Application (client) ID from the overview of the app registration: 32 "
            "digits in five groups.",
        ),
        "credential_missing": (
            "There is neither a client secret nor a certificate with its key.",
            "Enter the value of a client secret, or paste the private key and the certificate.",
        ),
        "key_missing": (
            "There is a certificate, but no private key.",
            "Paste the private key as well, from “BEGIN PRIVATE KEY” to “END PRIVATE KEY”.",
        ),
        "key_unreadable": (
            "The private key cannot be read.",
            "Paste it whole, in PEM form, with its BEGIN and END lines.",
        ),
        "key_unsupported": (
            "Microsoft Entra does not accept this kind of private key.",
            "Make a new RSA key of at least 2048 bits, and a certificate for it.",
        ),
        "passphrase_missing": (
            "The private key is encrypted and there is no passphrase.",
            "Enter the passphrase of the private key.",
        ),
        "passphrase_wrong": (
            "The passphrase does not open the private key.",
            "Enter the passphrase that was chosen when the key was made.",
        ),
        "certificate_missing": (
            "There is a private key, but no certificate.",
            "Paste below the key the certificate that was uploaded to the app registration: "
            "Microsoft recognises the key by it.",
        ),
        "certificate_unreadable": (
            "The certificate cannot be read.",
            "Paste it whole, in PEM form, with its BEGIN and END lines.",
        ),
        "certificate_mismatch": (
            "The certificate belongs to another private key.",
            "Paste the private key and the certificate that were made together.",
        ),
        "certificate_expired": (
            "The certificate expired on %(date)s.",
            "Make a new certificate, upload it to the app registration and paste it here with "
            "its key.",
        ),
        "certificate_not_yet_valid": (
            "The certificate is valid only from %(date)s.",
            "Check the clock of this server; if it is right, use a certificate that is "
            "already valid.",
        ),
        "business_missing": (
            "The Bookings business is not filled in.",
            "Choose it from the list, or enter its address, such as salon@contoso.com.",
        ),
        "business_not_address": (
            "This is not the address of a Bookings business.",
            "Enter the mail address of the calendar, such as salon@contoso.com; it is part of "
            "the booking page's link.",
        ),
        "personal_page": (
            "This is a personal “Bookings with me” page, which Microsoft Graph does not offer.",
            "Use a shared booking page, made in Microsoft Bookings, and enter its address.",
        ),
    },
    "auth": {
        "secret_expired": (
            "The client secret has expired.",
            "In the app registration, under Certificates & secrets, make a new client secret "
            "and enter its value here.",
        ),
        "wrong_secret": (
            "The client secret is wrong.",
            "Enter the value of a client secret of this application. If the value is no "
            "longer shown, make a new one.",
        ),
        "secret_id_pasted": (
            "This is the id of the client secret, not its value.",
            "Copy the column “Value”. It is shown only right after the secret was made; make "
            "a new one if it is gone.",
        ),
        "tenant_unknown": (
            "Microsoft knows no such tenant in this cloud.",
            "Check the Directory (tenant) ID, and that the right cloud is chosen.",
        ),
        "app_unknown": (
            "The application is not known in this tenant.",
            "Check that the Application (client) ID and the Directory (tenant) ID are of the "
            "same app registration, and that an administrator of the tenant has granted "
            "consent.",
        ),
        "app_disabled": (
            "The application is disabled in this tenant.",
            "An administrator can enable it again in Microsoft Entra, under Enterprise "
            "applications.",
        ),
        "certificate_unknown": (
            "The certificate is not registered for this application.",
            "Upload it in the app registration, under Certificates & secrets, or paste the "
            "one that is registered.",
        ),
        "consent_missing": (
            "Nobody has consented to what this application asks for.",
            "In the app registration, under API permissions, use “Grant admin consent”.",
        ),
        "conditional_access": (
            "A conditional access policy of the tenant blocks this sign-in.",
            "Ask the tenant's administrator to allow this application from the address of "
            "this server.",
        ),
        "clock_wrong": (
            "Microsoft finds that the signed request is not of now.",
            "Set the clock of this server right: a few minutes are enough to be refused.",
        ),
        "wrong_cloud": (
            "The tenant or the application belongs to another Microsoft cloud.",
            "Choose the cloud in which the app registration was made.",
        ),
        "scope_unknown": (
            "The tenant does not know the Microsoft Graph of the chosen cloud.",
            "Check the chosen cloud and, for a cloud of your own, the address of Microsoft Graph.",
        ),
        "token_refused": (
            "Microsoft refused to issue a token (%(reason)s).",
            "Check tenant, application and secret. Microsoft's code says more: look it up at "
            "https://login.microsoftonline.com/error.",
        ),
        "token_rejected": (
            "Microsoft Graph does not accept the token that was just issued.",
            "Check that the chosen cloud is the right one for both the tokens and Microsoft Graph.",
        ),
    },
    "access": {
        "permission_missing": (
            "The application lacks the permission %(permission)s, needed to %(operation)s.",
            "In the app registration, under API permissions, add the application permission "
            "%(permission)s of Microsoft Graph and use “Grant admin consent”.",
        ),
        "access_denied": (
            "Microsoft denies access, although a permission for it seems to be granted.",
            "Add also the application permission BookingsAppointment.ReadWrite.All and use "
            "“Grant admin consent”; a new permission takes some minutes to work.",
        ),
        "app_only_refused": (
            "Microsoft offers this operation to signed-in persons only, not to applications.",
            "Do it in Microsoft Bookings itself.",
        ),
    },
    "not_found": {
        "not_found": (
            "Microsoft does not find what was asked for.",
            "It may have been deleted in Microsoft Bookings.",
        ),
        "business_not_found": (
            "There is no Bookings business of that address in this tenant.",
            "Check the address for a typing error and that it is of this tenant. A personal "
            "“Bookings with me” page cannot be used.",
        ),
        "mailbox_unavailable": (
            "The mailbox of the Bookings business cannot be reached.",
            "It may be deleted, without a licence, or on a server of your own. Restore it in "
            "the Microsoft 365 admin centre.",
        ),
    },
    "throttled": {
        "throttled": (
            "Microsoft asks to slow down.",
            "Nothing needs to be done: it is tried again later.",
        ),
    },
    "unavailable": {
        "unavailable": (
            "Microsoft's service is not available at the moment.",
            "Nothing needs to be done: it is tried again later. If it lasts, look at the "
            "Microsoft 365 service health.",
        ),
        "connection": (
            "There is no connection to %(host)s.",
            "Check this server's network, name resolution and firewall: it must reach that "
            "host on port 443.",
        ),
        "tls": (
            "The certificate of %(host)s was not accepted.",
            "Check this server's clock and its list of certificate authorities. If a proxy "
            "opens the traffic, its authority must be on that list.",
        ),
        "timeout": (
            "%(host)s did not answer in time.",
            "Nothing needs to be done: it is tried again later. If it lasts, check the "
            "firewall and the proxy.",
        ),
        "proxy": (
            "The proxy between this server and %(host)s refused.",
            "Check the proxy settings of this server: the proxy must let it reach that host "
            "on port 443.",
        ),
        "write_unconfirmed": (
            "Microsoft did not confirm the change; it may have been carried out or not.",
            "Look in Microsoft Bookings before trying again.",
        ),
    },
    "protocol": {
        "not_json": (
            "%(host)s answered with something else than data.",
            "Often a proxy or a firewall answers in Microsoft's place with a page of its own: "
            "let this server reach that host directly.",
        ),
        "truncated": (
            "The answer of %(host)s broke off in the middle.",
            "Nothing needs to be done: it is tried again later. If it lasts, check the proxy "
            "and the network.",
        ),
        "empty_answer": (
            "%(host)s answered with nothing.",
            "Nothing needs to be done: it is tried again later. If it lasts, check the proxy.",
        ),
        "too_large": (
            "The answer of %(host)s is larger than is accepted.",
            "Read a shorter period at once.",
        ),
        "unexpected_answer": (
            "%(host)s answered with data that do not have the expected form.",
            "Check the addresses of the chosen cloud; report it, with Microsoft's request id, "
            "if they are right.",
        ),
        "record_unreadable": (
            "Microsoft sent a record that cannot be understood: %(reason)s",
            "Open it in Microsoft Bookings and save it again; report it, with Microsoft's "
            "request id, if that does not help.",
        ),
        "foreign_host": (
            "An answer refers to another server (%(host)s), to which the token must not be sent.",
            "Check the addresses of the chosen cloud and the proxy.",
        ),
        "paging_loop": (
            "The pages of a list never end.",
            "Report it to Microsoft with the request id.",
        ),
        "redirect": (
            "%(host)s sends the request on to another address, which is not followed.",
            "Often a proxy or a sign-in page stands between: let this server reach that host "
            "directly.",
        ),
    },
    "refused": {
        "refused": (
            "Microsoft refused the request.",
            "Microsoft's code and request id say why; correct the data, or report both.",
        ),
        "conflict": (
            "Microsoft refused the change because of another one.",
            "Synchronise, then try again.",
        ),
        "too_many_businesses": (
            "There are too many Bookings businesses for Microsoft to list them.",
            "Search by a part of the name, or enter the address of the business.",
        ),
    },
    "come_back_later": {
        "come_back_later": (
            "The work goes on at %(retry_at)s.",
            "Nothing needs to be done.",
        ),
    },
}
