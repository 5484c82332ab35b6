# frozen_string_literal: true

require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
require "doorkeeper"
require_relative "git_http"
require_relative "test_control"

# The whole Rails application. Its root is the state directory, so that nothing
# is ever written beside this file.
class GitHost < Rails::Application
  config.load_defaults 6.1
  config.eager_load = false
  config.secret_key_base = SecureRandom.hex(64)
  config.logger = ActiveSupport::Logger.new($stderr)
  config.log_level = :info

  routes.append do
    use_doorkeeper { skip_controllers :applications, :authorized_applications }

    post "/-/test/expire", to: "test_control#expire"
    post "/-/test/revoke", to: "test_control#revoke"
    get "/-/test/counts", to: "test_control#counts"

    match "/*path", to: GitHTTP.new, via: %i[get post], format: false,
                    constraints: { path: %r{.+\.git/.+} }
  end
end

# The one user, who is always signed in: what remains is the consent page.
class User
  include ActiveModel::Model
  attr_accessor :id
end

# As GitLab configures it. What decides most for a client is in schema.rb: the
# access token table has no previous_refresh_token column.
Doorkeeper.configure do
  orm :active_record
  resource_owner_authenticator { User.new(id: 1) }
  grant_flows %w[authorization_code]
  use_refresh_token
  access_token_expires_in 2.hours
  hash_token_secrets
  default_generator_method :hex
  default_scopes :read_repository
  optional_scopes :write_repository
  force_ssl_in_redirect_uri false
end
