# frozen_string_literal: true

require "tempfile"

# Git over HTTP as GitLab answers it: HTTP Basic with any username and a
# Doorkeeper access token as the password, then git's own http-backend (CGI).
class GitHTTP
  def call(env)
    authorized?(env) ? http_backend(env) : refusal
  end

  private

  def authorized?(env)
    basic = Rack::Auth::Basic::Request.new(env)
    return false unless basic.provided? && basic.basic?

    # Gives the database connection back before git runs.
    ActiveRecord::Base.connection_pool.with_connection do
      token = Doorkeeper::AccessToken.by_token(basic.credentials.last.to_s)
      token.present? && token.acceptable?(adequate_scopes(env))
    end
  end

  # Any one of these scopes will do: at GitLab write_repository includes reading.
  def adequate_scopes(env)
    push = env["PATH_INFO"].end_with?("/git-receive-pack") ||
           env["QUERY_STRING"].include?("service=git-receive-pack")
    push ? %w[write_repository] : %w[read_repository write_repository]
  end

  def refusal
    [401, { "WWW-Authenticate" => 'Basic realm="GitLab"', "Content-Type" => "text/plain" },
     ["HTTP Basic: Access denied. Give an access token as the password.\n"]]
  end

  def http_backend(env)
    # The request goes through a file, so that git may answer before it has read
    # all of it. git unpacks a gzip request itself; Puma has put chunks together.
    output = Tempfile.create("request") do |file|
      file.binmode
      IO.copy_stream(env["rack.input"], file)
      file.rewind
      IO.popen(cgi_environment(env), %w[git http-backend], "rb", in: file)
    end
    headers = output.each_line("\r\n", chomp: true).take_while { |line| !line.empty? }
                    .to_h { |line| line.split(": ", 2) }
    [headers.delete("Status").to_i.nonzero? || 200, headers, Output.new(output)]
  end

  # RFC 3875 section 4.1, and what `git help http-backend` adds to it.
  def cgi_environment(env)
    env.slice("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH",
              "HTTP_CONTENT_ENCODING", "REMOTE_ADDR").merge(
                "GIT_PROJECT_ROOT" => GitHost.config.repositories,
                "GIT_HTTP_EXPORT_ALL" => "1",
                "GIT_PROTOCOL" => env["HTTP_GIT_PROTOCOL"],
                "REMOTE_USER" => "oauth2"
              )
  end

  # The rest of git's output, sent on as it comes.
  class Output
    def initialize(output)
      @output = output
    end

    def each
      while (part = @output.read(65_536))
        yield part
      end
    end

    def close
      @output.close
    end
  end
end
