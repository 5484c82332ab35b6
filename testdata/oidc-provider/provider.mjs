import { Provider } from "oidc-provider";

const scopes = ["read_repository", "write_repository"];

// The engine as a host for git would configure it: short access tokens, refresh
// tokens that rotate, PKCE for everybody, no OpenID. What it decides for itself
// matters most to a client under test:
//
//   - the device response has no "interval", so that five seconds apply
//     (RFC 8628 section 3.2);
//   - a second use of a refresh token, or of a code, ends the whole grant
//     (RFC 9700 section 4.14.2), where GitLab only refuses it;
//   - the old access token stays good after a refresh, where GitLab ends it;
//   - the redirect carries "iss" (RFC 9207).
export function createProvider(url, clientID) {
  return new Provider(url, {
    clients: [publicClient(clientID)],
    scopes,
    features: {
      // Its own pages to sign in (any name, any password) and to consent.
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
    },
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // By OpenID's rules both would take the scope "offline_access".
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    ttl: { AccessToken: 2 * 60 * 60 },
  });
}

// A native application (RFC 8252): the port of its redirect URI is free.
function publicClient(clientID) {
  return {
    client_id: clientID,
    client_name: "Client under test",
    application_type: "native",
    token_endpoint_auth_method: "none",
    redirect_uris: ["http://127.0.0.1/"],
    response_types: ["code"],
    grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    scope: scopes.join(" "),
  };
}
