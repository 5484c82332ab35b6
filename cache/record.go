package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Formats of the file. A file in a later format is not touched.
const (
	version      = 1
	fleetVersion = 2 // has an account that a fleet shares, which an older doorkey would refresh alone
)

// file is the file of one origin, as it is written.
type file struct {
	Version    int      `json:"version"`
	Origin     string   `json:"origin"`
	Generation uint64   `json:"generation,omitempty"`
	Accounts   []record `json:"accounts"`

	unknown map[string]any
}

// MarshalJSON adds unknown members as they were read.
func (f file) MarshalJSON() ([]byte, error) {
	type known file
	return withUnknown(known(f), f.unknown)
}

// record is one account in the file; decodeAccount reads it.
type record struct {
	Username            text        `json:"username"`
	Path                text        `json:"path,omitempty"`
	Provider            text        `json:"provider,omitempty"`
	ProviderGuessed     bool        `json:"provider_guessed,omitempty"`
	AnswerUsername      text        `json:"answer_username,omitempty"`
	ClientID            text        `json:"client_id,omitempty"`
	TokenEndpoint       text        `json:"token_endpoint,omitempty"`
	RevocationEndpoint  text        `json:"revocation_endpoint,omitempty"`
	Scopes              []string    `json:"scopes,omitempty"`
	Identity            text        `json:"identity,omitempty"`
	OtherHelpers        []string    `json:"other_helpers,omitempty"`
	OtherHelpersOfPlace []string    `json:"other_helpers_of_place,omitempty"`
	Obtained            time.Time   `json:"obtained"`
	Expiry              time.Time   `json:"expiry,omitzero"`
	Ended               bool        `json:"ended,omitempty"`
	Renewable           *bool       `json:"renewable"` // nil: an older doorkey did not write it
	Fleet               *membership `json:"fleet,omitempty"`
	Key                 keyRecord   `json:"key"`
	Sealed              []byte      `json:"sealed"`

	unknown map[string]any
}

// membership is a Membership as it is written.
type membership struct {
	Engine     string    `json:"engine"`
	Grant      string    `json:"grant"`
	Generation uint64    `json:"generation"`
	Owed       bool      `json:"owed,omitempty"`
	Replaces   string    `json:"replaces,omitempty"`
	Obtained   time.Time `json:"obtained"`
	Expiry     time.Time `json:"expiry,omitzero"`

	unknown map[string]any
}

// MarshalJSON adds unknown members as they were read.
func (m membership) MarshalJSON() ([]byte, error) {
	type known membership
	return withUnknown(known(m), m.unknown)
}

// MarshalJSON adds unknown members as they were read.
func (r record) MarshalJSON() ([]byte, error) {
	type known record
	return withUnknown(known(r), r.unknown)
}

// keyRecord is how an account refers to its key in the file.
type keyRecord struct {
	keyReference
	unknown map[string]any
}

// MarshalJSON adds unknown members as they were read.
func (r keyRecord) MarshalJSON() ([]byte, error) { return withUnknown(r.keyReference, r.unknown) }

// withUnknown marshals an object and adds the unknown members.
func withUnknown(known any, unknown map[string]any) ([]byte, error) {
	content, err := json.Marshal(known)
	if err != nil || len(unknown) == 0 {
		return content, err
	}
	more, err := json.Marshal(unknown)
	return append(append(content[:len(content)-1], ','), more[1:]...), err
}

// decode reads the file of an origin. It rejects a file that was renamed to another
// origin's name.
func decode(content []byte, origin string) ([]Account, error) {
	f, err := readObject(content)
	if err != nil {
		return nil, err
	}
	switch form, named := member[float64](f, "version"), f.text("origin"); {
	case f.err != nil:
		return nil, f.err
	case form > fleetVersion:
		return nil, fmt.Errorf("written by a newer doorkey (format %v; this one reads %d); update doorkey", form, fleetVersion)
	case form < 1:
		return nil, fmt.Errorf("damaged: it has no version")
	case named != origin:
		return nil, fmt.Errorf("contains accounts of %q instead of %q", named, origin)
	}
	var accounts []Account
	for _, value := range member[[]any](f, "accounts") {
		members, ok := value.(map[string]any)
		if !ok {
			f.damaged("accounts")
		}
		account, err := decodeAccount(&object{members: members})
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, account)
	}
	return accounts, f.err
}

func decodeAccount(o *object) (Account, error) {
	key := &object{members: member[map[string]any](o, "key")}
	account := Account{
		Username: o.text("username"), Path: o.text("path"), Provider: o.text("provider"), ProviderGuessed: member[bool](o, "provider_guessed"), AnswerUsername: o.text("answer_username"),
		ClientID: o.text("client_id"), TokenEndpoint: o.text("token_endpoint"), RevocationEndpoint: o.text("revocation_endpoint"),
		Scopes: o.texts("scopes"), Identity: o.text("identity"), OtherHelpers: o.texts("other_helpers"), OtherHelpersOfPlace: o.texts("other_helpers_of_place"),
		Obtained: o.time("obtained"), Expiry: o.time("expiry"), Ended: member[bool](o, "ended"), renewable: member[bool](o, "renewable") || o.members["renewable"] == nil,
		key: keyReference{KeyPlace(key.text("place")), key.text("id")}, sealed: o.bytes("sealed"),
		keyUnknown: key.rest(),
	}
	fleet := &object{members: member[map[string]any](o, "fleet")}
	if fleet.members != nil {
		account.Fleet = Membership{
			Engine: fleet.text("engine"), Grant: fleet.text("grant"), Generation: uint64(member[float64](fleet, "generation")), Owed: member[bool](fleet, "owed"),
			Replaces: fleet.text("replaces"), Obtained: fleet.time("obtained"), Expiry: fleet.time("expiry"),
		}
		account.fleetUnknown = fleet.rest()
	}
	account.unknown = o.rest()
	return account, errors.Join(o.err, key.err, fleet.err)
}

// encode is the inverse of decode.
func encode(origin string, c contents) ([]byte, error) {
	f := file{Version: version, Origin: origin, Generation: c.generation, Accounts: make([]record, 0, len(c.accounts)), unknown: c.unknown}
	for _, account := range c.accounts {
		f.Accounts = append(f.Accounts, recordOf(account))
		if account.IsShared() {
			f.Version = fleetVersion
		}
	}
	content, err := json.MarshalIndent(f, "", "  ")
	return append(content, '\n'), err
}

func recordOf(a Account) record {
	r := record{
		Username: text(a.Username), Path: text(a.Path), Provider: text(a.Provider), ProviderGuessed: a.ProviderGuessed, AnswerUsername: text(a.AnswerUsername),
		ClientID: text(a.ClientID), TokenEndpoint: text(a.TokenEndpoint), RevocationEndpoint: text(a.RevocationEndpoint),
		Scopes: a.Scopes, Identity: text(a.Identity), OtherHelpers: a.OtherHelpers, OtherHelpersOfPlace: a.OtherHelpersOfPlace,
		Obtained: a.Obtained.Round(0).UTC(), Expiry: a.Expiry.Round(0).UTC(), Ended: a.Ended, Renewable: &a.renewable,
		Key: keyRecord{a.key, a.keyUnknown}, Sealed: a.sealed, unknown: a.unknown,
	}
	if f := a.Fleet; a.IsShared() {
		r.Fleet = &membership{f.Engine, f.Grant, f.Generation, f.Owed, f.Replaces, f.Obtained.Round(0).UTC(), f.Expiry.Round(0).UTC(), a.fleetUnknown}
	}
	return r
}

// longestName keeps file names short enough for every file system, including a suffix.
const longestName = 200

// fileName returns the file name for an origin. Different origins have different names,
// even on file systems that ignore case: everything except lower case letters, digits,
// "." and "-" is written as "%" and its hexadecimal code. The first "-" is the end of
// the scheme: a "-" in the scheme is written as "_", which no scheme contains.
func fileName(origin string) string {
	scheme, host, _ := strings.Cut(origin, "://")
	var name strings.Builder
	for _, c := range []byte(strings.ReplaceAll(scheme, "-", "_") + "-" + host) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '.' || c == '-' {
			name.WriteByte(c)
		} else {
			fmt.Fprintf(&name, "%%%02x", c)
		}
	}
	if name.Len() > longestName {
		return "long_" + fingerprint([]byte(origin)) // no other name contains "_"
	}
	return name.String()
}
