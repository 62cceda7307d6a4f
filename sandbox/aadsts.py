# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Entra's errors: the codes that an application alone can meet."""

# code: (status, OAuth error, suberror, text). Placeholders: app, tenant, detail.
ERRORS = {
    50027: (401, "invalid_client", None, "JWT token is invalid or malformed."),
    53003: (
        400,
        "invalid_grant",
        None,
        "Access has been blocked by Conditional Access policies.",
    ),
    65001: (
        400,
        "invalid_grant",
        "consent_required",
        "No administrator has consented to the application '{app}'.",
    ),
    70003: (
        400,
        "unsupported_grant_type",
        None,
        "The grant type '{detail}' is not supported.",
    ),
    70011: (400, "invalid_scope", None, "The provided scope '{detail}' is not valid."),
    90002: (
        400,
        "invalid_tenant",
        None,
        "Tenant '{tenant}' not found. Check the tenant ID.",
    ),
    90033: (503, "temporarily_unavailable", None, "A transient error has occurred."),
    90055: (
        429,
        "temporarily_unavailable",
        None,
        "Too many requests from this tenant.",
    ),
    500011: (
        400,
        "invalid_resource",
        None,
        "The resource principal named {detail} was not found in the tenant.",
    ),
    700016: (
        400,
        "unauthorized_client",
        None,
        "Application with identifier '{detail}' was not found in the directory '{tenant}'.",
    ),
    700021: (
        401,
        "invalid_client",
        None,
        "Client assertion is not about the application.",
    ),
    700023: (
        401,
        "invalid_client",
        None,
        "Client assertion audience does not match the issuer.",
    ),
    700024: (
        401,
        "invalid_client",
        None,
        "Client assertion is not within its valid time range.",
    ),
    700027: (
        401,
        "invalid_client",
        None,
        "The certificate used to sign the client assertion is not registered on application. "
        "[Reason - {detail}, configured keys of '{app}' can be seen in the portal.]",
    ),
    900023: (
        400,
        "invalid_request",
        None,
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid "
        "external domain.",
    ),
    900144: (400, "invalid_request", None, "The request body must contain '{detail}'."),
    1002012: (
        400,
        "invalid_scope",
        None,
        "The scope '{detail}' is not valid: client credentials need one that ends in /.default.",
    ),
    5002738: (
        401,
        "invalid_client",
        None,
        "The algorithm '{detail}' is not supported.",
    ),
    7000112: (400, "unauthorized_client", None, "Application '{app}' is disabled."),
    7000215: (
        401,
        "invalid_client",
        None,
        "Invalid client secret provided. Send the value of the secret, not its ID, for a secret "
        "added to app '{app}'.",
    ),
    7000216: (
        401,
        "invalid_client",
        None,
        "'client_assertion' or 'client_secret' is required for the grant type.",
    ),
    7000222: (
        401,
        "invalid_client",
        None,
        "The client secret keys for app '{app}' are expired.",
    ),
    9001023: (
        400,
        "invalid_request",
        None,
        "The grant type is not supported over the /common or /consumers endpoints.",
    ),
}
