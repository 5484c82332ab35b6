# frozen_string_literal: true

# What a test may do to the server behind the client's back, and ask it. The
# server listens on 127.0.0.1 only, so nobody else can.
class TestControlController < ActionController::API
  # Every live access token is expired from now on; refresh tokens stay good.
  def expire
    live_tokens.update_all(created_at: 1.day.ago)
    head :no_content
  end

  # Every access token is revoked, and with it (the same row) its refresh token.
  def revoke
    live_tokens.update_all(revoked_at: Time.now.utc)
    head :no_content
  end

  def counts
    render json: Counts.to_h
  end

  private

  def live_tokens
    Doorkeeper::AccessToken.where(revoked_at: nil)
  end
end

# Requests that Doorkeeper's controllers have answered, by what they asked for:
# "authorize" (the consent page was shown, or its error page), "revoke", and
# each grant type, with those refused once more as "<grant type> failed".
module Counts
  @counts = Hash.new(0)
  @mutex = Mutex.new

  def self.to_h
    @mutex.synchronize { @counts.dup }
  end

  def self.add(request)
    names(request).each { |name| @mutex.synchronize { @counts[name] += 1 } }
  end

  def self.names(request)
    case request.values_at(:controller, :action)
    when ["Doorkeeper::AuthorizationsController", "new"] then ["authorize"]
    when ["Doorkeeper::TokensController", "revoke"] then ["revoke"]
    when ["Doorkeeper::TokensController", "create"]
      grant_type = request[:params]["grant_type"].to_s
      request[:status] == 200 ? [grant_type] : [grant_type, "#{grant_type} failed"]
    else []
    end
  end
end

ActiveSupport::Notifications.subscribe("process_action.action_controller") do |*, request|
  Counts.add(request)
end
