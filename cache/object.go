package cache

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"git-credential-doorkey/internal/secret"
)

// object is a JSON object with its members as package json decodes them without a
// struct. Looking through a struct's fields by reflection, including how they are
// written, took a tenth of a whole get.
type object struct {
	members map[string]any
	asked   []string // the names of members that have been read
	err     error    // a member has an unexpected type
}

func readObject(content []byte) (*object, error) {
	var value any
	if err := json.Unmarshal(content, &value); err != nil {
		return nil, fmt.Errorf("damaged: %v", err)
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("damaged: it is not a JSON object")
	}
	return &object{members: members}, nil
}

// rest returns the members that were not read yet, nil if there are none.
func (o *object) rest() (rest map[string]any) {
	for name, value := range o.members {
		if slices.Contains(o.asked, name) {
			continue
		}
		if rest == nil {
			rest = make(map[string]any)
		}
		rest[name] = value
	}
	return rest
}

// member returns a member as encoding/json decodes it (string, bool, float64, []any,
// map[string]any), the zero value if there is none.
func member[T any](o *object, name string) (value T) {
	o.asked = append(o.asked, name)
	value, ok := o.members[name].(T)
	if !ok && o.members[name] != nil {
		o.damaged(name)
	}
	return value
}

func (o *object) damaged(name string) {
	o.err = fmt.Errorf("damaged: %q has an invalid value", name)
}

// text is a text in a file. Invalid UTF-8, which git passes on but JSON does not allow,
// is written as {"base64":"…"}.
type text string

// form returns what package json writes for a text, and object.text reads.
func (t text) form() any {
	if utf8.ValidString(string(t)) {
		return string(t)
	}
	return map[string][]byte{"base64": []byte(t)}
}

// MarshalJSON writes a text's form.
func (t text) MarshalJSON() ([]byte, error) { return json.Marshal(t.form()) }

func (o *object) text(name string) string {
	o.asked = append(o.asked, name)
	members, isWrapped := o.members[name].(map[string]any)
	if !isWrapped {
		return member[string](o, name)
	}
	wrapped := &object{members: members}
	value := string(wrapped.bytes("base64"))
	if wrapped.err != nil || utf8.ValidString(value) {
		o.damaged(name)
	}
	return value
}

func (o *object) texts(name string) (all []string) {
	for _, value := range member[[]any](o, name) {
		text, ok := value.(string)
		if !ok {
			o.damaged(name)
		}
		all = append(all, text)
	}
	return all
}

// time is as strict as package json: an empty time is not an unknown one.
func (o *object) time(name string) (value time.Time) {
	o.asked = append(o.asked, name)
	if o.members[name] == nil {
		return value
	}
	if err := value.UnmarshalText([]byte(member[string](o, name))); err != nil {
		o.damaged(name)
	}
	return value
}

func (o *object) bytes(name string) []byte {
	value, err := base64.StdEncoding.DecodeString(member[string](o, name))
	if err != nil {
		o.damaged(name)
	}
	return value
}

// secret distinguishes an empty secret from a missing one.
func (o *object) secret(name string) secret.Text {
	if o.members[name] == nil {
		return secret.Text{}
	}
	return secret.New(o.text(name))
}
