# frozen_string_literal: true

# Doorkeeper's tables with PKCE. oauth_access_tokens has no
# previous_refresh_token column, as at GitLab: without it Doorkeeper revokes the
# old access and refresh token at the moment it issues the new pair.
def create_schema
  ActiveRecord::Migration.verbose = false
  ActiveRecord::Schema.define do
    create_table :oauth_applications do |t|
      t.string :name, null: false
      t.string :uid, null: false, index: { unique: true }
      t.string :secret, null: false
      t.text :redirect_uri, null: false
      t.string :scopes, null: false, default: ""
      t.boolean :confidential, null: false, default: true
      t.timestamps null: false
    end

    create_table :oauth_access_grants do |t|
      t.references :resource_owner, null: false
      t.references :application, null: false
      t.string :token, null: false, index: { unique: true }
      t.integer :expires_in, null: false
      t.text :redirect_uri, null: false
      t.datetime :created_at, null: false
      t.datetime :revoked_at
      t.string :scopes, null: false, default: ""
      t.string :code_challenge
      t.string :code_challenge_method
    end

    create_table :oauth_access_tokens do |t|
      t.references :resource_owner
      t.references :application, null: false
      t.string :token, null: false, index: { unique: true }
      t.string :refresh_token, index: { unique: true }
      t.integer :expires_in
      t.datetime :revoked_at
      t.datetime :created_at, null: false
      t.string :scopes
    end
  end
end

# Registers the public application that the client under test is. Doorkeeper
# ignores the port of 127.0.0.1 (RFC 8252 section 7.3), but not the path. Newer
# releases tell the two spellings of an empty path apart: both are registered.
def register_application(client_id)
  Doorkeeper::Application.create!(
    name: "Client under test",
    uid: client_id,
    confidential: false,
    scopes: "read_repository write_repository",
    redirect_uri: "http://127.0.0.1/\nhttp://127.0.0.1"
  )
end
