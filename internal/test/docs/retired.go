package docs

import (
	"regexp"
	"strings"
	"testing"
)

// Retired is an expression that documents and messages no longer use.
type Retired struct {
	Pattern *regexp.Regexp
	Old     string // an example, which the pattern finds
	Rather  string // how to write it, which no pattern finds
	Why     string // if that is not obvious
	// ForUsers retires it only in what users read: in code and documents about the
	// code it is a name.
	ForUsers bool
}

// RetiredWords are the expressions that make doorkey's English hard to read: old word
// order, relative pronouns as nouns, and words of our own for things that have a
// common name. A pattern is as narrow as it has to be to leave common uses alone.
func RetiredWords() []Retired {
	return append(retiredGrammar(), retiredTerms()...)
}

func retiredGrammar() []Retired {
	return []Retired{
		{Pattern: find(`who(m|se)?ever`), Old: "whoever reads it", Rather: "anyone who reads it"},
		{Pattern: find(`for who (has|does|gets|waits)`), Old: "for who has begun to wait", Rather: "for a process that already waits"},
		{Pattern: regexp.MustCompile(`[:;] who (enters|has|does|gets|waits|needs)\b`), Old: "help: who has a key", Rather: "help: anyone who has a key"},
		{Pattern: find(`the others?, who`), Old: "the others, who wait", Rather: "the other processes, which wait"},
		{Pattern: find(`all the same`), Old: "it is removed all the same", Rather: "it is removed anyway"},
		{Pattern: find(`also where`), Old: "also where it asks nobody", Rather: "even if it asks nobody"},
		{Pattern: find(`otherwise than|(is|are|does|do|works?|set up|configured) otherwise`), Old: "it works otherwise", Rather: "it works differently; otherwise, it fails"},
		{Pattern: find(`(has|have|had) not (a|an|the|any|got)`), Old: "it has not the key", Rather: "it does not have the key, and has not read it"},
		{Pattern: find(`(has|have|had) not[.,;:]`), Old: "if it has not,", Rather: "if it does not,"},
		{Pattern: find(`(knows?|knew) no`), Old: "it knows no other way", Rather: "it does not know another way"},
		{Pattern: find(`[a-z]*([^e ]|one|name|file|machine|password) (is|are|was|were) no ([a-km-z]|l[a-np-z])[a-z]*`),
			Old: "the ID is no secret", Rather: "the ID is not a secret, and there is no password that is no longer valid"},
		{Pattern: find(`of (git|doorkey|Go|GitLab|GitHub|Gitea|Forgejo|Bitbucket|Linux|Debian)'s( own)?([.,;:)|]| (is|are|was|lives?|has|that|for|to|in|with))`),
			Old: "a code of GitLab's lives long", Rather: "a GitLab code is part of GitLab's answer"},
		{Pattern: find(`and (its|the) like`), Old: "Fedora and its like", Rather: "Fedora and similar systems"},
		{Pattern: find(`the (very )?(way|one) that git goes|goes the way that`), Old: "doorkey goes the way that git goes", Rather: "doorkey connects as git does"},
		{Pattern: find(`of many (at once|such)`), Old: "of many at once, one does", Rather: "if several commands run at once, only one does"},
		{Pattern: find(`says that one can`), Old: "nothing says that one can sign in", Rather: "the server does not say that you can sign in"},
	}
}

func retiredTerms() []Retired {
	const things = `(tokens?|passwords?|codes?|grants?|certificates?|sign-ins?|accounts?|keys?)`
	return []Retired{
		{Pattern: find(things + `( that)? (is|are|was|were)( still| again)? over|(one|those) that (is|are) over`), Old: "a token that is over", Rather: "a token that has expired"},
		{Pattern: find(things + `( that)? (is|are|was|were)( still)? (good|alive)`), Old: "the token is still good", Rather: "the token is still valid"},
		{Pattern: find(`(dead|spent) (access |refresh )?` + things + `|` + things + ` (is|are|was|were) (dead|spent)`), Old: "a dead refresh token", Rather: "an invalid refresh token", ForUsers: true,
			Why: "say which: expired, revoked or invalid"},
		{Pattern: find(`end(s|ed|ing)? (the|a|an|that|its|their|your|each other's) (old )?(grants?|tokens?)`), Old: "it ends the grant", Rather: "it revokes the grant"},
		{Pattern: find(`hand(s|ed|ing)? (it |them )?out`), Old: "the token is handed out", Rather: "doorkey returns the token"},
		{Pattern: find(`go(es)? before (it|the|both|all|that|them)`), Old: "the variable goes before the setting", Rather: "the variable overrides the setting"},
		{Pattern: find(`li(e|es|ying) (on|in|with|at|open)|lay (on|in)`), Old: "the tokens lie on your disk", Rather: "the tokens are stored on your disk"},
		{Pattern: find(`st(and|ands|ood) (there|in|on|at|beside|behind|before|above|below|open)`), Old: "no secret stands in it", Rather: "it contains no secret; %s stands for the address"},
		{Pattern: find(things + ` (is|are|was|were) kept|kept for (the|this|that|a) host`), Old: "the password is kept", Rather: "the password is stored"},
		{Pattern: find(`(un)?seal(s|ed|ing)?`), Old: "the tokens are sealed", Rather: "the tokens are encrypted", ForUsers: true,
			Why: "package cache seals; for users, tokens are encrypted"},
		{Pattern: find(`forg(et|ets|etting|ot|otten)`), Old: "the account is forgotten", Rather: "the account is removed", ForUsers: true},
		{Pattern: find(`in vain`), Old: "it was asked in vain", Rather: "it was asked without success"},
		{Pattern: find(`anew`), Old: "sign in anew", Rather: "sign in again"},
		{Pattern: find(`mend(s|ed|ing)?`), Old: "mend the application", Rather: "fix the application"},
		{Pattern: find(`c[ao]me(s)? to nothing`), Old: "a sign-in that came to nothing", Rather: "a sign-in that failed"},
		{Pattern: find(`(can|could|cannot|to) be had`), Old: "the key can be had", Rather: "the key is available"},
		{Pattern: find(`lets? (this machine|them|it|you) in`), Old: "the code lets this machine in", Rather: "the code gives this machine access"},
		{Pattern: find(`rung|story function|(its|their|has a|gets a) turn`), Old: "it has its turn", Rather: "it holds the lock"},
	}
}

// find returns a pattern that matches whole words anywhere in a sentence.
func find(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^\pL-])(` + pattern + `)($|[^\pL-])`)
}

// Words returns a document's text on one line, without code and the targets of links.
func Words(t testing.TB, document string) string {
	t.Helper()
	text := Prose(t, document)
	text = regexp.MustCompile("`[^`]*`").ReplaceAllString(text, "…")
	text = regexp.MustCompile(`\]\([^)]*\)`).ReplaceAllString(text, "]")
	return strings.Join(strings.Fields(text), " ")
}
