// notice writes NOTICE anew: the licences of all that is in the program beside
// doorkey's own source. They ask to be passed on with it.
//
//	go run ./internal/tool/notice
package main

import (
	"context"
	"fmt"
	"os"
)

func main() {
	content, err := notice(context.Background())
	if err == nil {
		err = os.WriteFile(file, []byte(content), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}
