package oauthflow

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"git-credential-doorkey/internal/secret"
)

// Grant is what a server gave.
type Grant struct {
	AccessToken  secret.Text
	RefreshToken secret.Text // empty if the server gives none
	Expiry       time.Time   // of the access token; zero: not known to end
	Scopes       []string    // as the server says, else as asked for
}

// Client talks to OAuth servers.
type Client struct {
	// HTTP is how: NewHTTPClient makes one that keeps to the rules for tokens.
	HTTP *http.Client
}

// Refresh exchanges a refresh token for a new grant (RFC 6749 section 6). Where
// the server rotates, both old tokens are dead when it returns. A refresh token
// that is spent, revoked or of another client gives an *Error with the code
// "invalid_grant".
func (c Client) Refresh(ctx context.Context, provider Provider, refreshToken secret.Text) (Grant, error) {
	source := provider.config("").TokenSource(c.context(ctx), &oauth2.Token{RefreshToken: refreshToken.Reveal()})
	token, err := source.Token()
	return provider.grant(token, err)
}

// exchange turns an authorization code into a grant (RFC 6749 section 4.1.3).
func (c Client) exchange(ctx context.Context, provider Provider, redirect, code, verifier string) (Grant, error) {
	token, err := provider.config(redirect).Exchange(c.context(ctx), code, oauth2.VerifierOption(verifier))
	return provider.grant(token, err)
}

func (c Client) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, c.HTTP)
}

// config is the provider as package oauth2 wants it.
func (p Provider) config(redirect string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret.Reveal(), RedirectURL: redirect, Scopes: p.Scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL: p.AuthURL, TokenURL: p.TokenURL,
			// To find the style out, the library sends a request twice:
			// single-use codes and refresh tokens do not survive that.
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// grant checks what a server gave.
func (p Provider) grant(token *oauth2.Token, err error) (Grant, error) {
	if err != nil {
		return Grant{}, typed(err)
	}
	grant := Grant{
		AccessToken: secret.New(token.AccessToken), RefreshToken: secret.New(token.RefreshToken),
		Expiry: token.Expiry, Scopes: p.Scopes,
	}
	if scope, _ := token.Extra("scope").(string); scope != "" {
		grant.Scopes = strings.Fields(scope)
	}
	if token.AccessToken == "" {
		return Grant{}, errors.New("the server's answer has no access token")
	}
	for name, text := range map[string]string{"access token": token.AccessToken, "refresh token": token.RefreshToken} {
		if err := checkToken(text); err != nil {
			return Grant{}, fmt.Errorf("the %s that the server gave %v: it is not used", name, err)
		}
	}
	return grant, nil
}

// longestToken keeps a token within a line of git's protocol, in bytes.
const longestToken = 60000

// checkToken lets through the characters that RFC 6749 (appendix A.12) has for
// tokens, without the space: nothing that a line or a header could break at.
func checkToken(token string) error {
	if len(token) > longestToken {
		return fmt.Errorf("is longer than %d bytes", longestToken)
	}
	for _, c := range []byte(token) {
		if c < 0x21 || c > 0x7e {
			return errors.New("has bytes that no token has")
		}
	}
	return nil
}
