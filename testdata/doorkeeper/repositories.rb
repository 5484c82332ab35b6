# frozen_string_literal: true

require "open3"

# Creates a bare repository with one commit on branch main, open for pushes.
def create_repository(root, name)
  path = File.join(root, name)
  git("init", "--quiet", "--bare", "--initial-branch=main", path)
  git("-C", path, "config", "http.receivepack", "true")
  blob = git("-C", path, "hash-object", "-w", "--stdin", input: "A project.\n")
  tree = git("-C", path, "mktree", input: "100644 blob #{blob}\tREADME\n")
  commit = git("-C", path, "-c", "user.name=Git Host", "-c", "user.email=git@example.com",
               "commit-tree", "-m", "First commit", tree)
  git("-C", path, "update-ref", "refs/heads/main", commit)
end

def git(*arguments, input: "")
  output, status = Open3.capture2("git", *arguments, stdin_data: input)
  abort("start: \"git #{arguments.join(' ')}\" failed") unless status.success?
  output.strip
end
