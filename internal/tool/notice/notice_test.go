package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

func TestMain(m *testing.M) {
	parts.Undisturbed()
	os.Exit(m.Run())
}

// TestNotice: the NOTICE that is passed on with the program names all works in it.
func TestNotice(t *testing.T) {
	parts.Go(t)
	t.Chdir(filepath.Join("..", "..", ".."))
	want, err := notice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s is out of date, %v: run \"go run ./internal/tool/notice\"", file, err)
	}
}

func TestLicence(t *testing.T) {
	for _, row := range []struct{ name, text, wrong string }{
		{"MIT", "The MIT License\r\n\r\nPermission is hereby granted, free of charge, to any person", ""},
		{"BSD", "Redistribution and use in source and binary forms, with or without", ""},
		{"BSD of four clauses", "Redistribution and use in source and binary forms … All advertising materials", "neither MIT nor BSD"},
		{"GPL", "GNU GENERAL PUBLIC LICENSE", "neither MIT nor BSD"},
		{"Apache, which has a NOTICE of its own", "Apache License, Version 2.0", "neither MIT nor BSD"},
	} {
		t.Run(row.name, func(t *testing.T) {
			directory := t.TempDir()
			if err := os.WriteFile(filepath.Join(directory, "LICENSE"), []byte(row.text), 0o600); err != nil {
				t.Fatal(err)
			}
			text, err := licence(directory)
			if (err == nil) != (row.wrong == "") || err != nil && !strings.Contains(err.Error(), row.wrong) || strings.Contains(text, "\r") {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
}
