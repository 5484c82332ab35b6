package forward

import (
	"encoding/binary"
	"fmt"
	"net"
	"unsafe"

	"golang.org/x/sys/windows"

	"git-credential-doorkey/internal/session"
)

// listen makes a socket that ssh can connect to: no ssh for Windows connects to a Unix
// socket. On the loopback address, every user of this machine can connect to it, so it
// accepts only connections from programs of this user.
func listen() (listener net.Listener, stop func(), err error) {
	if listener, err = net.Listen(session.Network, "127.0.0.1:0"); err != nil {
		return nil, nil, fmt.Errorf("cannot listen for git on the other machine: %v", err)
	}
	return ownListener{listener}, func() { listener.Close() }, nil
}

// ownListener closes the connections of other users.
type ownListener struct{ net.Listener }

// Accept returns the next connection from a program of this user.
func (l ownListener) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if process, found := processAt(connection.RemoteAddr(), connection.LocalAddr()); found && isOwnProcess(process) {
			return connection, nil
		}
		connection.Close()
	}
}

// tcpRow is a connection in Windows' table (MIB_TCPROW_OWNER_PID).
type tcpRow struct{ state, address, port, otherAddress, otherPort, process uint32 }

// processAt returns the process that has a connection over TCP and IPv4 from one address
// to another.
func processAt(from, to net.Addr) (process uint32, found bool) {
	near, far := endOf(from), endOf(to)
	for _, row := range tcpTable() {
		if [2]uint32{row.address, row.port & 0xffff} == near && [2]uint32{row.otherAddress, row.otherPort & 0xffff} == far {
			return row.process, true
		}
	}
	return 0, false
}

// endOf returns an address and a port as the table has them, in the network's byte order.
func endOf(address net.Addr) [2]uint32 {
	end, is := address.(*net.TCPAddr)
	if !is || end.IP.To4() == nil {
		return [2]uint32{}
	}
	port := binary.BigEndian.AppendUint16(nil, uint16(end.Port))
	return [2]uint32{binary.LittleEndian.Uint32(end.IP.To4()), uint32(binary.LittleEndian.Uint16(port))}
}

// tcpTable returns all connections over IPv4, none if they cannot be read.
func tcpTable() []tcpRow {
	const connections = 4 // TCP_TABLE_OWNER_PID_CONNECTIONS
	getTable := windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")
	size := uint32(64 << 10)
	for range 10 { // it may grow between two calls
		table := make([]uint32, size/4+1)
		failure, _, _ := getTable.Call(uintptr(unsafe.Pointer(&table[0])), uintptr(unsafe.Pointer(&size)), 0, windows.AF_INET, connections, 0)
		switch windows.Errno(failure) {
		case windows.ERROR_SUCCESS:
			return unsafe.Slice((*tcpRow)(unsafe.Pointer(&table[1])), table[0])
		case windows.ERROR_INSUFFICIENT_BUFFER:
		default:
			return nil
		}
	}
	return nil
}

// isOwnProcess reports whether a process belongs to this user.
func isOwnProcess(id uint32) bool {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, id)
	if err != nil {
		return false
	}
	defer windows.CloseHandle(process)
	var token windows.Token
	if windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token) != nil {
		return false
	}
	defer token.Close()
	its, err := token.GetTokenUser()
	if err != nil {
		return false
	}
	ours, err := windows.GetCurrentProcessToken().GetTokenUser()
	return err == nil && its.User.Sid.Equals(ours.User.Sid)
}
