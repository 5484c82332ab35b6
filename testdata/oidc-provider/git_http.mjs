import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";

// Git over HTTP: Basic with any username and a live access token as the
// password, whatever its scopes, then git's own http-backend (CGI).
export async function serveGit(provider, repositories, request, response) {
  if (!(await provider.AccessToken.find(password(request)))) {
    refuse(response);
    return;
  }
  const backend = spawn("git", ["http-backend"], {
    env: { ...process.env, ...cgiEnvironment(repositories, request) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  // A client that went away must not leave git waiting for the rest.
  response.on("close", () => backend.kill());
  // git may answer before it has read all of the request.
  backend.stdin.on("error", () => {});
  request.pipe(backend.stdin);
  relay(await buffer(backend.stdout), response);
}

// The password of HTTP Basic (RFC 7617), or "".
function password(request) {
  const [scheme, credentials = ""] = (request.headers.authorization ?? "").split(" ");
  if (scheme.toLowerCase() !== "basic") {
    return "";
  }
  const pair = Buffer.from(credentials, "base64").toString();
  return pair.slice(pair.indexOf(":") + 1);
}

function refuse(response) {
  response.writeHead(401, { "WWW-Authenticate": 'Basic realm="Example"', "Content-Type": "text/plain" });
  response.end("Give an access token as the password.\n");
}

// RFC 3875 section 4.1, and what `git help http-backend` adds to it. What is
// undefined stays out of the environment; git unpacks a gzip request itself.
function cgiEnvironment(repositories, request) {
  const { pathname, search } = new URL(request.url, "http://127.0.0.1");
  return {
    REQUEST_METHOD: request.method,
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: request.headers["content-type"],
    CONTENT_LENGTH: request.headers["content-length"],
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
    GIT_PROTOCOL: request.headers["git-protocol"],
    GIT_PROJECT_ROOT: repositories,
    GIT_HTTP_EXPORT_ALL: "1",
    REMOTE_ADDR: request.socket.remoteAddress,
    REMOTE_USER: "person",
  };
}

// Sends on what git printed: header lines, an empty line, the body.
function relay(output, response) {
  const end = output.indexOf("\r\n\r\n");
  if (end < 0) {
    throw new Error(`git http-backend printed no header: ${output}`);
  }
  const lines = output.subarray(0, end).toString("latin1").split("\r\n");
  const { Status: status = "200", ...headers } = Object.fromEntries(lines.map((line) => line.split(": ", 2)));
  response.writeHead(Number.parseInt(status, 10), headers);
  response.end(output.subarray(end + 4));
}
