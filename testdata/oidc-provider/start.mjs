// Starts a host for tests with an OAuth engine that knows nothing of GitLab:
// oidc-provider, a certified OpenID Connect server for Node.js, with its real
// pages for the device flow (RFC 8628) and for consent, and git over HTTP behind
// its access tokens.
//
// Node.js 22 or newer (20.20 works, with a warning in the log) and git are
// needed. Run "npm ci" in this directory once.
//
// Environment:
//   ENGINE_STATE      directory for the repository group/project.git
//   ENGINE_CLIENT_ID  client ID of the public application to register
//   ENGINE_PORT       port on 127.0.0.1; 0 or unset lets the system choose
//
// Prints one line, its URL, once it answers. Logs to standard error. Ends when
// standard input is closed, so that it cannot outlive the test that started it,
// or on TERM. All that it writes is in the state directory.

import { Console } from "node:console";
import { once } from "node:events";
import { createServer } from "node:http";
import { devNull } from "node:os";
import { join, resolve } from "node:path";

import { serveGit } from "./git_http.mjs";
import { createProvider } from "./provider.mjs";
import { createRepository } from "./repository.mjs";
import { TestControl } from "./test_control.mjs";

const state = resolve(required("ENGINE_STATE"));
const clientID = required("ENGINE_CLIENT_ID");

// The engine's notices would go to standard output, which is for the URL alone.
globalThis.console = new Console(process.stderr);
ignoreGitConfiguration();

const repositories = join(state, "repositories");
createRepository(join(repositories, "group", "project.git"));

// The engine must know its URL, so the port comes first.
const server = createServer().listen(Number(process.env.ENGINE_PORT ?? 0), "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}`;
const provider = createProvider(url, clientID);
const control = new TestControl(provider);
const answerAsProvider = provider.callback();
server.on("request", (request, response) => {
  answer(request, response).catch((error) => fail(response, error));
});

process.stdin.resume().on("close", stop);
process.on("SIGTERM", stop);
process.stdout.write(`${url}\n`);

function required(name) {
  const value = process.env[name];
  if (!value) {
    process.stderr.write(`start: ${name} is not set; the top of start.mjs explains it\n`);
    process.exit(1);
  }
  return value;
}

// The server's git must not follow what the client under test has configured.
function ignoreGitConfiguration() {
  for (const name of Object.keys(process.env).filter((name) => name.startsWith("GIT_"))) {
    delete process.env[name];
  }
  Object.assign(process.env, { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: devNull });
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, url);
  if (pathname.startsWith("/-/test/")) {
    await control.serve(request, response, pathname.slice("/-/test/".length));
  } else if (/^\/.+\.git\/./.test(pathname)) {
    await serveGit(provider, repositories, request, response);
  } else {
    await answerAsProvider(request, response);
  }
}

function fail(response, error) {
  console.error(error);
  if (!response.headersSent) {
    response.writeHead(500);
  }
  response.end();
}

function stop() {
  server.close(() => process.exit(0));
  server.closeAllConnections();
}
