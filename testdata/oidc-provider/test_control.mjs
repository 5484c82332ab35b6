// Routes that a client calls, besides "token", and what they count as; the
// others are pages for the person.
const counted = new Map([
  ["authorization", "authorize"],
  ["device_authorization", "device_authorization"],
  ["revocation", "revoke"],
]);

// What a test may do to the server behind the client's back, and ask it. The
// server listens on 127.0.0.1 only, so nobody else can.
export class TestControl {
  #provider;
  #accessTokens = new Set();
  #counts = {};

  constructor(provider) {
    this.#provider = provider;
    provider.on("access_token.saved", (token) => this.#accessTokens.add(token));
    provider.use(async (ctx, next) => {
      await next();
      this.#count(ctx);
    });
  }

  async serve(request, response, action) {
    switch (`${request.method} ${action}`) {
      case "POST expire":
        await this.#expire();
        return response.writeHead(204).end();
      case "POST revoke":
        await this.#revoke();
        return response.writeHead(204).end();
      case "GET counts":
        return response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(this.#counts));
      default:
        return response.writeHead(404).end();
    }
  }

  // Every access token is expired from now on; refresh tokens stay good.
  async #expire() {
    for (const token of this.#accessTokens) {
      token.exp = 1; // in seconds since 1970
      await token.save();
    }
  }

  // Every grant is revoked with all its tokens.
  async #revoke() {
    const { AccessToken, RefreshToken, Grant } = this.#provider;
    for (const id of new Set([...this.#accessTokens].map((token) => token.grantId))) {
      await AccessToken.revokeByGrantId(id);
      await RefreshToken.revokeByGrantId(id);
      await (await Grant.find(id))?.destroy();
    }
  }

  // Requests to the token endpoint count under their grant type, and those that
  // were refused once more as "<grant type> failed".
  #count(ctx) {
    const { route, params } = ctx.oidc ?? {};
    if (counted.has(route)) {
      this.#add(counted.get(route));
    }
    if (route !== "token") {
      return;
    }
    const grantType = String(params?.grant_type);
    this.#add(grantType);
    if (ctx.status !== 200) {
      this.#add(`${grantType} failed`);
    }
  }

  #add(name) {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
  }
}
