package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"git-credential-doorkey/internal/secret"
)

// findApplication takes the application that was given, or one that is configured
// for another helper, or has the person register one.
func (s *setUp) findApplication(ctx context.Context) error {
	if s.after.ClientID != "" {
		if mistake := s.page.mistakenID(s.after.ClientID); mistake != "" {
			return fmt.Errorf("--client-id: %s", mistake)
		}
		return nil
	}
	found, err := s.candidates(ctx)
	if err != nil {
		return err
	}
	if !s.interactive {
		return s.missesID(found)
	}
	s.person.showHost(s.url(), s.host)
	for _, candidate := range found {
		used, err := s.person.offer(ctx, candidate)
		if err != nil {
			return err
		}
		if used {
			s.take(candidate.id, candidate.secret)
			return nil
		}
	}
	return s.register(ctx)
}

// take takes an application. The secret of another one goes.
func (s *setUp) take(id string, clientSecret secret.Text) {
	if id != s.after.ClientID || clientSecret.IsSet() {
		s.after.ClientSecret = clientSecret
	}
	s.after.ClientID = id
}

// register leads through the page on which applications are registered.
func (s *setUp) register(ctx context.Context) error {
	s.person.showPage(s.page, s.registration())
	if command := s.where.browserCommand(); command != nil && s.host.ApplicationsURL != "" {
		startBrowser(command, s.host.ApplicationsURL, s.person.browserFailed)
	}
	id, err := s.person.askID(ctx, s.page, "")
	if err != nil {
		return err
	}
	clientSecret := s.after.ClientSecret
	if s.page.secret != "" && clientSecret.IsEmpty() {
		if clientSecret, err = s.person.askSecret(ctx, s.page.secret, s.host.HasDeviceFlow); err != nil {
			return err
		}
	}
	s.take(id, clientSecret)
	return nil
}

// registration is what the person needs to know of the page.
type registration struct {
	place  string // its address, or the way to it
	forAll string // the address of an administrator's, "" if there is none
	fields []filledIn
}

type filledIn struct {
	label string
	lines []string
}

func (s *setUp) registration() registration {
	r := registration{place: s.host.ApplicationsURL}
	if r.place == "" {
		r.place = strings.ReplaceAll(s.page.way, "{origin}", s.url())
	}
	if s.page.forAll != "" {
		r.forAll = s.url() + s.page.forAll
	}
	scopes := s.after.Scopes
	if len(scopes) == 0 {
		scopes = s.host.Scopes
	}
	for _, f := range s.page.fields {
		r.fields = append(r.fields, filledIn{f.label, f.lines(s.url(), cmp.Or(s.after.RedirectURL, s.host.RedirectURL), scopes)})
	}
	return r
}

// mend asks the person what to do about an application that the server does not
// take.
func (s *setUp) mend(ctx context.Context) error {
	s.person.refusedID(s.page)
	answer, err := s.person.askID(ctx, s.page, s.after.ClientID)
	if err != nil {
		return err
	}
	if answer != secretWord {
		s.take(answer, s.after.ClientSecret)
		return nil
	}
	clientSecret, err := s.person.askSecret(ctx, cmp.Or(s.page.secret, "Secret"), false)
	s.take(s.after.ClientID, clientSecret)
	return err
}

// refused says what a person who cannot be asked can do.
func (s *setUp) refused() error {
	way := "the ID is another one, or its secret, which " + clientSecretVariable + " brings"
	if s.page.private != "" {
		way = fmt.Sprintf("it is another one, or %q is ticked on its page: untick it, or bring its secret in %s", s.page.private, clientSecretVariable)
	}
	return fmt.Errorf("%s does not take the %s %q, so nothing was written\n%s", s.url(), s.page.id, s.after.ClientID, way)
}

// missesID says what to run where nobody can be asked.
func (s *setUp) missesID(found []application) error {
	if len(found) > 0 {
		return fmt.Errorf("the %s is missing, and nobody can be asked for it here\n%s has one\nto use it, run: %s",
			s.page.id, found[0].key, s.command(shellWord(found[0].id)))
	}
	return fmt.Errorf("the %s is missing, and nobody can be asked for it here\nin a terminal, setup says how to register one on %s\nif there is one, run: %s",
		s.page.id, s.registration().place, s.command("<"+s.page.id+">"))
}
