package command

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"git-credential-doorkey/cache"
	"git-credential-doorkey/internal/session"
	"git-credential-doorkey/internal/terminal"
)

// statusReport is the output of "status --json". docs/for-programs.md describes its
// fields; none is ever renamed.
type statusReport struct {
	Accounts   []statusAccount    `json:"accounts"`
	Unreadable []statusUnreadable `json:"unreadable"`
	SSH        []statusSession    `json:"ssh,omitempty"`
}

type statusSession struct {
	Destination string        `json:"destination"`
	Since       time.Time     `json:"since"`
	Asked       []statusAsked `json:"asked"`
}

type statusAsked struct {
	Host     string    `json:"host"`
	Count    int       `json:"count"`
	Answered int       `json:"answered"`
	Last     time.Time `json:"last"`
}

type statusAccount struct {
	Host     string         `json:"host"`
	Kind     string         `json:"kind"` // "grant" or "password"
	Username string         `json:"username"`
	Path     string         `json:"path,omitempty"`
	Provider string         `json:"provider,omitempty"`
	Scopes   []string       `json:"scopes,omitempty"`
	Store    cache.KeyPlace `json:"store"`
	Obtained time.Time      `json:"obtained"`
	Expires  time.Time      `json:"expires,omitzero"`
	Refused  bool           `json:"refused,omitempty"`
	Renews   bool           `json:"renews,omitempty"`
	Identity string         `json:"identity,omitempty"`
	Fleet    *statusFleet   `json:"fleet,omitempty"`
}

type statusFleet struct {
	Engine      string `json:"engine"`
	Generation  uint64 `json:"generation"`
	Unpublished bool   `json:"unpublished,omitempty"`
}

type statusUnreadable struct {
	File    string `json:"file"`
	Problem string `json:"problem"`
}

// writeStatus writes the list for programs.
func writeStatus(out io.Writer, files []cache.Listed, open []session.Session) error {
	report := statusReport{Accounts: []statusAccount{}, Unreadable: []statusUnreadable{}}
	for _, file := range files {
		if file.Problem != nil {
			report.Unreadable = append(report.Unreadable, statusUnreadable{file.File, file.Problem.Error()})
		}
		for _, account := range inOrder(file.Accounts) {
			report.Accounts = append(report.Accounts, statusOf(file.Origin, account))
		}
	}
	for _, s := range open {
		report.SSH = append(report.SSH, sessionOf(s))
	}
	content, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, terminal.EscapeUnprintable(string(content)))
	return err
}

func sessionOf(s session.Session) statusSession {
	reported := statusSession{s.Destination, s.Started, []statusAsked{}}
	for _, asked := range s.Asked {
		reported.Asked = append(reported.Asked, statusAsked{asked.Origin, asked.Count, asked.Answered, asked.Last})
	}
	return reported
}

func statusOf(origin string, account cache.Account) statusAccount {
	kind := "password"
	if account.IsGrant() {
		kind = "grant"
	}
	reported := statusAccount{
		Host: origin, Kind: kind, Username: account.Username, Path: account.Path, Provider: account.Provider, Scopes: account.Scopes,
		Store: account.Place(), Obtained: account.Obtained, Expires: account.Expiry, Refused: account.Ended,
		Renews: account.IsGrant() && (account.Renewable() || account.IsShared()), Identity: account.Identity,
	}
	if m := account.Fleet; account.IsShared() {
		reported.Fleet = &statusFleet{m.Engine, m.Generation, m.Owed}
	}
	return reported
}
