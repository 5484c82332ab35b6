// git is the git.exe under Wine. It passes each call to the git of the machine that
// Wine runs on. See package wine.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"

	"git-credential-doorkey/internal/test/wine"
)

func main() {
	result, err := call()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fatal: no way to the real git:", err)
		os.Exit(128)
	}
	os.Stdout.Write(result.Stdout)
	os.Stderr.Write(result.Stderr)
	os.Exit(result.ExitCode)
}

func call() (result wine.Result, err error) {
	directory, err := os.Getwd()
	if err != nil {
		return result, err
	}
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return result, err
	}
	connection, err := net.Dial("tcp", os.Getenv(wine.AddressVariable))
	if err != nil {
		return result, err
	}
	defer connection.Close()
	question := wine.Call{Arguments: os.Args[1:], Input: input, Environment: os.Environ(), Directory: directory}
	if err := json.NewEncoder(connection).Encode(question); err != nil {
		return result, err
	}
	return result, json.NewDecoder(connection).Decode(&result)
}
