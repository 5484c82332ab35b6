package manual

import "strings"

// Suggest returns the command that the user most likely meant by an unknown word, or ""
// if no command is similar.
func Suggest(typed string) string {
	if meant := otherTools()[strings.ToLower(typed)]; meant != "" {
		return meant
	}
	return nearest(typed, strings.Fields(commandNames()))
}

// SuggestOption does the same for the name of an option, without its dashes.
func SuggestOption(typed string, options []Option) string {
	var names []string
	for _, option := range options {
		names = append(names, option.Name)
	}
	return nearest(typed, names)
}

// otherTools maps commands of other tools to the doorkey commands that do the same.
func otherTools() map[string]string {
	return map[string]string{
		"auth": "login", "signin": "login", "sign-in": "login", "signout": "logout", "sign-out": "logout", "revoke": "logout",
		"config": "setup", "configure": "setup", "init": "setup", "list": "status", "whoami": "status", "check": "doctor",
	}
}

// nearest returns the word with the fewest typing errors, at most one per three letters.
// If there is none, it returns a word that begins with what was typed.
func nearest(typed string, words []string) string {
	typed = strings.ToLower(typed)
	best, fewest := "", max(1, len(typed)/3)+1
	for _, word := range words {
		if errors := typingErrors(typed, word); errors < fewest {
			best, fewest = word, errors
		}
	}
	for _, word := range words {
		if best == "" && len(typed) > 1 && strings.HasPrefix(word, typed) {
			best = word
		}
	}
	return best
}

// typingErrors counts the letters to insert, remove, replace or swap with a neighbor to
// turn one word into the other (optimal string alignment).
func typingErrors(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			rows[i][j] = cheapest(rows, a, b, i, j)
		}
	}
	return rows[len(a)][len(b)]
}

func cheapest(rows [][]int, a, b string, i, j int) int {
	if i == 0 || j == 0 {
		return i + j
	}
	replaced := rows[i-1][j-1]
	if a[i-1] != b[j-1] {
		replaced++
	}
	cost := min(rows[i-1][j]+1, rows[i][j-1]+1, replaced)
	if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
		cost = min(cost, rows[i-2][j-2]+1)
	}
	return cost
}
