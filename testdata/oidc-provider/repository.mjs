import { execFileSync } from "node:child_process";

// Creates a bare repository with one commit on branch main, open for pushes.
export function createRepository(path) {
  git(["init", "--quiet", "--bare", "--initial-branch=main", path]);
  git(["-C", path, "config", "http.receivepack", "true"]);
  const blob = git(["-C", path, "hash-object", "-w", "--stdin"], "A project.\n");
  const tree = git(["-C", path, "mktree"], `100644 blob ${blob}\tREADME\n`);
  const author = ["-c", "user.name=Git Host", "-c", "user.email=git@example.com"];
  const commit = git(["-C", path, ...author, "commit-tree", "-m", "First commit", tree]);
  git(["-C", path, "update-ref", "refs/heads/main", commit]);
}

function git(args, input = "") {
  return execFileSync("git", args, { input, encoding: "utf8" }).trim();
}
