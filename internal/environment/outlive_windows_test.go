package environment

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// lifeVariable says what this test does as a separate program: "starter" starts "sleeper"
// and ends, and "git" starts "starter". They start programs as doorkey does.
const lifeVariable, pidVariable, gateVariable = "DOORKEY_TEST_LIFE", "DOORKEY_TEST_PID", "DOORKEY_TEST_GATE"

// TestOutlivesTreeAndJob: a program that ends all processes below git does not find the
// child. The child also survives a job that ends its processes when it is closed, if the
// job lets processes leave.
func TestOutlivesTreeAndJob(t *testing.T) {
	switch os.Getenv(lifeVariable) {
	case "git":
		awaitFile(t, os.Getenv(gateVariable)) // by then, it is in its job
		live(t, "starter")
		time.Sleep(time.Minute)
		return
	case "starter":
		live(t, "sleeper")
		return
	case "sleeper":
		note(t, os.Getenv(pidVariable), strconv.Itoa(os.Getpid()))
		time.Sleep(time.Minute)
		return
	}
	for _, row := range []struct {
		name   string
		limits uint32
		lives  bool
	}{
		{"a job that lets its programs leave", windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | windows.JOB_OBJECT_LIMIT_BREAKAWAY_OK, true},
		{"a job that does not", windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			pidFile := filepath.Join(t.TempDir(), "pid")
			git := exec.Command(os.Args[0], "-test.run=TestOutlivesTreeAndJob")
			git.Env = append(os.Environ(), lifeVariable+"=git", pidVariable+"="+pidFile)
			job := startInJob(t, git, row.limits)
			sleeper := openProcess(t, awaitPID(t, pidFile))
			awaitAlone(t, uint32(git.Process.Pid), pidOf(sleeper))
			if err := windows.CloseHandle(job); err != nil {
				t.Fatal(err)
			}
			ended, err := windows.WaitForSingleObject(sleeper, 3000)
			if lives := ended == uint32(windows.WAIT_TIMEOUT); lives != row.lives {
				t.Errorf("the child lives: %t (%v)", lives, err)
			}
			windows.TerminateProcess(sleeper, 1)
			windows.CloseHandle(sleeper)
			git.Process.Kill()
			git.Wait()
		})
	}
}

// live starts this test as another program, in the way in which doorkey starts its child.
func live(t *testing.T, as string) {
	_, err := StartOutliving(func() (*exec.Cmd, error) {
		command := exec.Command(os.Args[0], "-test.run=TestOutlivesTreeAndJob")
		command.Env = append(os.Environ(), lifeVariable+"="+as)
		return command, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func note(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// startInJob starts a program in a job of its own.
func startInJob(t *testing.T, command *exec.Cmd, limits uint32) windows.Handle {
	t.Helper()
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = limits
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))); err != nil {
		t.Fatal(err)
	}
	gate := filepath.Join(t.TempDir(), "gate")
	command.Env = append(command.Env, gateVariable+"="+gate)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	process := openProcess(t, uint32(command.Process.Pid))
	defer windows.CloseHandle(process)
	if err := windows.AssignProcessToJobObject(job, process); err != nil {
		t.Fatal(err)
	}
	note(t, gate, "open")
	return job
}

func openProcess(t *testing.T, pid uint32) windows.Handle {
	t.Helper()
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE|windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.SYNCHRONIZE, false, pid)
	if err != nil {
		t.Fatal(err)
	}
	return process
}

func pidOf(process windows.Handle) uint32 {
	pid, _ := windows.GetProcessId(process)
	return pid
}

func awaitPID(t *testing.T, path string) uint32 {
	t.Helper()
	pid, err := strconv.ParseUint(awaitFile(t, path), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(pid)
}

func awaitFile(t *testing.T, path string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if content, err := os.ReadFile(path); err == nil {
			return string(content)
		}
	}
	t.Fatalf("%s does not appear", path)
	return ""
}

// awaitAlone waits until the child is no longer below git, because the program between them
// has ended.
func awaitAlone(t *testing.T, git, child uint32) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if parents := parentsOf(t); !isBelowProcess(parents, git, child) {
			return
		}
	}
	t.Error("the child is still below git")
}

func isBelowProcess(parents map[uint32]uint32, git, pid uint32) bool {
	for range len(parents) {
		parent, lives := parents[pid]
		if !lives {
			return false
		}
		if parent == git {
			return true
		}
		pid = parent
	}
	return false
}

// parentsOf returns the parent of every process.
func parentsOf(t *testing.T) map[uint32]uint32 {
	t.Helper()
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(snapshot)
	parents := make(map[uint32]uint32)
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err := windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		parents[entry.ProcessID] = entry.ParentProcessID
	}
	if len(parents) == 0 {
		t.Fatal("no processes are listed")
	}
	return parents
}
