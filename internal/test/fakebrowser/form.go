package fakebrowser

import (
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// form is a form of a page.
type form struct {
	action string
	method string // "GET" or "POST"
	fields url.Values
	hidden map[string]bool // the fields that users cannot type into
}

// formsOf reads the forms of a page. It parses only the HTML of such pages, with
// quoted attributes.
func formsOf(page string) []*form {
	var forms []*form
	for _, match := range regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form>`).FindAllStringSubmatch(page, -1) {
		attributes := attributesOf(match[1])
		f := &form{action: attributes["action"], method: http.MethodGet, fields: url.Values{}, hidden: map[string]bool{}}
		if strings.EqualFold(attributes["method"], "post") {
			f.method = http.MethodPost
		}
		for _, input := range regexp.MustCompile(`(?is)<(?:input|button)\b([^>]*)>`).FindAllStringSubmatch(match[2], -1) {
			f.addField(attributesOf(input[1]))
		}
		forms = append(forms, f)
	}
	return forms
}

// addField adds what a field sends: nothing if it does not have a name, or is a box
// that is not ticked.
func (f *form) addField(attributes map[string]string) {
	name, kind := attributes["name"], strings.ToLower(attributes["type"])
	_, ticked := attributes["checked"]
	isBox := kind == "checkbox" || kind == "radio"
	if name == "" || isBox && !ticked {
		return
	}
	f.fields.Add(name, attributes["value"])
	f.hidden[name] = kind == "hidden"
}

// attributesOf reads the attributes of a tag; one without a value is "".
func attributesOf(tag string) map[string]string {
	attributes := map[string]string{}
	pattern := regexp.MustCompile(`(?s)([a-zA-Z][\w:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?`)
	for _, match := range pattern.FindAllStringSubmatch(tag, -1) {
		attributes[strings.ToLower(match[1])] = html.UnescapeString(match[2] + match[3])
	}
	return attributes
}

// filledIn returns the form's fields with the values that the user types.
func (f *form) filledIn(typed map[string]string) url.Values {
	fields := url.Values{}
	for name, values := range f.fields {
		fields[name] = values
		if text, ok := typed[name]; ok && !f.hidden[name] {
			fields[name] = []string{text}
		}
	}
	return fields
}

// isDenial reports whether the form's button denies access. Rails writes the method
// that HTML does not have into a field.
func (f *form) isDenial() bool { return strings.EqualFold(f.fields.Get("_method"), "delete") }

// isDecision reports whether the form's button, if it does not deny access, gives
// access. The page for the user code only leads to another question.
func (f *form) isDecision() bool {
	address, err := url.Parse(f.action)
	return err == nil && (strings.HasSuffix(address.Path, "/authorize") || strings.HasSuffix(address.Path, "/oauth/device"))
}

// belongs reports whether the form is a step of the sign-in, and not a search
// or a way to sign out.
func (f *form) belongs(typed map[string]string) bool {
	for name := range typed {
		if f.fields.Has(name) && !f.hidden[name] {
			return true
		}
	}
	address, err := url.Parse(f.action)
	return err == nil && (f.isDecision() || strings.HasSuffix(address.Path, "/oauth/device/confirm"))
}

// chooseForm returns the form whose button the user presses, or nil if no form of
// the page belongs to the sign-in.
func chooseForm(forms []*form, typed map[string]string, answer Answer) (*form, error) {
	forms = slices.DeleteFunc(slices.Clone(forms), func(f *form) bool { return !f.belongs(typed) })
	if len(forms) == 0 {
		return nil, nil
	}
	for _, f := range forms {
		if f.isDenial() == (answer == Deny) && f.isDecision() {
			return f, nil
		}
	}
	for _, f := range forms {
		if !f.isDecision() {
			return f, nil
		}
	}
	return nil, errors.New("fakebrowser: the page has no button for the answer")
}
