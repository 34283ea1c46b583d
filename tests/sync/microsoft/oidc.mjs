// An OpenID provider of other people's making (npm oauth2-mock-server), at the addresses msal looks for.
// Arguments: the folder of node modules, a key and a certificate as PEM. Says its address; "revoke" on stdin ends consent.
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { createInterface } from "node:readline";

const [modules, key, certificate] = process.argv.slice(2);
const where = createRequire(modules + "/").resolve("oauth2-mock-server");
const { OAuth2Server } = await import(pathToFileURL(where).href);
const base = "/tenant";
const server = new OAuth2Server(key, certificate, {
  endpoints: {
    wellKnownDocument: base + "/v2.0/.well-known/openid-configuration",
    token: base + "/token",
    authorize: base + "/authorize",
    jwks: base + "/jwks",
  },
});
await server.issuer.keys.generate("RS256");
let revoked = false;
server.service.on("beforeTokenSigning", (token, request) => {
  Object.assign(token.payload, { jti: randomUUID(), preferred_username: "mayor@example.org", oid: "person-1", tid: "tenant" });
});
server.service.on("beforeResponse", (response, request) => {
  if (revoked) {
    response.statusCode = 400;
    response.body = { error: "invalid_grant", error_description: "AADSTS0" };
  } else if (request.body.grant_type !== "client_credentials") {
    response.body.client_info = Buffer.from('{"uid":"person-1","utid":"tenant"}').toString("base64url");
  }
});
await server.start(0, "localhost");
console.log(`https://localhost:${server.address().port}${base}`);
for await (const line of createInterface({ input: process.stdin })) {
  revoked = line === "revoke";
  console.log(line);
}
await server.stop();
