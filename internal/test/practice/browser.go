package practice

import (
	"context"
	"fmt"
	"os"
	"time"

	"git-credential-doorkey/internal/test/fakebrowser"
)

// ConsentVerb makes a program of this repository the browser that doorkey opens: the
// next argument is the address, and the program calls Consent.
const ConsentVerb = "consent"

// CAVariable names the file with the server's certificate authority. The browser has
// no other way to find it.
const CAVariable = "PRACTICE_CA_FILE"

// Consent opens the address of a sign-in and presses "Authorize".
func Consent(ctx context.Context, address string) error {
	browser, err := fakebrowser.New(os.Getenv(CAVariable))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	page, err := browser.Visit(ctx, address, fakebrowser.Authorize)
	if err == nil && page.Status >= 400 {
		err = fmt.Errorf("the browser ended on a page with status %d", page.Status)
	}
	return err
}
