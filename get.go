package main

import (
	"context"
	"errors"
	"fmt"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/credential"
	"git-credential-doorkey/internal/secret"
	"git-credential-doorkey/oauthflow"
)

// get answers git's question. Nothing is written before everything has
// succeeded: git uses what it reads even from a helper that then fails.
func (d *doorkey) get(ctx context.Context) error {
	request, err := credential.Read(d.in)
	if err != nil {
		return err
	}
	q := questionOf(request)
	begun := d.now()
	d.trace.Info("get", "origin", q.origin, "label", q.shownLabel(), "path", q.Path, "capabilities", q.Capabilities, "refused", q.refused != "")
	response, err := d.answer(ctx, q)
	d.trace.Info("answer", "password", response.Password, "credential", response.Credential, "state", response.State, outcome(err), d.took(begun))
	if err != nil {
		return err
	}
	return response.Write(d.out)
}

// answer finds the answer: in the cache, else by a refresh, else by a sign-in.
// An error is about a host that doorkey answers for.
func (d *doorkey) answer(ctx context.Context, q question) (credential.Response, error) {
	if q.origin == "" {
		return credential.Response{}, nil
	}
	if isTokenName(q.Username) {
		d.person.nameIsToken(q.origin)
		return credential.Response{}, nil
	}
	found, err := d.lookUp(ctx, q)
	if errors.Is(err, cache.ErrStateDirectory) || found.isPasswordOutOfReach(err) {
		return d.answerWithout(ctx, q, err)
	}
	if err != nil || found.usable() {
		return d.respond(ctx, q, found), err
	}
	if !oauthflow.MayCarryTokens(q.origin) {
		return d.leftOver(ctx, q, found.account), nil
	}
	if found.renews() {
		renewed, err := d.refresh(ctx, q)
		if err != nil || renewed.usable() {
			return d.respond(ctx, q, renewed), err
		}
	}
	settings, err := d.readSettings(ctx, q.Request)
	if err != nil {
		return credential.Response{}, err
	}
	provider, err := d.resolve(ctx, q, settings.oauth)
	switch {
	case errors.Is(err, oauthflow.ErrUnknownHost):
		return d.leftOver(ctx, q, found.account), nil
	case errors.Is(err, oauthflow.ErrNoClientID):
		d.person.missesClientID(q.origin, provider.Title)
		return d.leftOver(ctx, q, found.account), nil
	case err != nil:
		return credential.Response{}, err
	}
	signedIn, err := d.signIn(ctx, q, provider, settings)
	return d.respond(ctx, q, signedIn), err
}

// answerWithout answers where what is stored cannot be read. That is an error, which
// stops git. But where doorkey does not sign in, all that could be stored is a
// password: then the person is told, and git may go on without it.
func (d *doorkey) answerWithout(ctx context.Context, q question, problem error) (credential.Response, error) {
	if oauthflow.MayCarryTokens(q.origin) {
		settings, err := d.readSettings(ctx, q.Request)
		if err != nil {
			return credential.Response{}, problem
		}
		if _, err := d.resolve(ctx, q, settings.oauth); !isUnknown(err) {
			return credential.Response{}, problem
		}
	}
	d.person.goesOnWithout(q.origin, problem)
	return credential.Response{}, nil
}

// resolve finds out how to sign in at the host of a question. Its errors are
// those of oauthflow.Resolve.
func (d *doorkey) resolve(ctx context.Context, q question, configured oauthflow.Settings) (oauthflow.Provider, error) {
	provider, err := oauthflow.Resolve(q.origin, q.WWWAuthenticate, configured)
	d.trace.Info("provider", "kind", provider.Kind, "client_id", provider.ClientID, "token_endpoint", secret.HideIn(provider.TokenURL), outcome(err))
	switch {
	case isUnknown(err):
		return provider, err
	case err != nil:
		return provider, fmt.Errorf("%s: %v", q.origin, err)
	}
	return provider, d.refuseForEveryHost(ctx, q.origin, provider, configured)
}

// isUnknown reports whether there is nothing to sign in with.
func isUnknown(err error) bool {
	return errors.Is(err, oauthflow.ErrUnknownHost) || errors.Is(err, oauthflow.ErrNoClientID)
}
