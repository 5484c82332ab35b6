package helper

import (
	"slices"
	"testing"

	"git-credential-doorkey/cache"
)

// TestOthersAreRemembered: helpers for all places are stored as they were seen last.
// Helpers for one place are stored as long as the sign-in.
func TestOthersAreRemembered(t *testing.T) {
	for _, row := range []struct {
		name                      string
		everywhere, ofPlace       []string // with the account
		seen                      otherHelpers
		wantEverywhere, wantPlace []string
	}{
		{"nobody", nil, nil, otherHelpers{}, nil, nil},
		{"at the sign-in", nil, nil, otherHelpers{[]string{"a"}, []string{"b"}}, []string{"a"}, []string{"b"}},
		{"one who was taken out", []string{"a", "b"}, nil, otherHelpers{Everywhere: []string{"b"}}, []string{"b"}, nil},
		{"the last who was taken out", []string{"a"}, nil, otherHelpers{}, nil, nil},
		{"one who was added", nil, nil, otherHelpers{Everywhere: []string{"a"}}, []string{"a"}, nil},
		{"one of a repository, seen from elsewhere", nil, []string{"a"}, otherHelpers{}, nil, []string{"a"}},
		{"one of a repository, while doorkey is set up alone", []string{"a"}, []string{"b"}, otherHelpers{}, nil, []string{"b"}},
		{"one of a second repository", nil, []string{"a"}, otherHelpers{Here: []string{"b"}}, nil, []string{"a"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := row.seen.rememberedWith(cache.Account{OtherHelpers: row.everywhere, OtherHelpersOfPlace: row.ofPlace})
			if !slices.Equal(got.OtherHelpers, row.wantEverywhere) || !slices.Equal(got.OtherHelpersOfPlace, row.wantPlace) {
				t.Errorf("got %q and %q", got.OtherHelpers, got.OtherHelpersOfPlace)
			}
			if want := len(row.wantEverywhere)+len(row.wantPlace) > 0; got.HasOtherHelpers() != want {
				t.Errorf("the account has other helpers: %v", !want)
			}
		})
	}
}
