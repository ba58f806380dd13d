// What services go by at named.

import Bytes
import CapABI
import IPC
import Runtime
import Testing

struct ServiceTupleTests {
  @Test(
    arguments: [
      (RoleID.procd, "procd", 0x400), (.memd, "memd", 0x410), (.vspaced, "vspaced", 0x420),
      (.pagerd, "pagerd", 0x430), (.named, "named", 0x500), (.logd, "logd", 0x510),
      (.crashd, "crashd", 0x520), (.timed, "timed", 0x530),
      (.irqd, "irqd", 0x540), (.deviced, "deviced", 0x550), (.probed, "probed", 0x560),
      (.hotplugd, "hotplugd", 0x570), (.seriald, "seriald", 0x580),
    ])
  func `a service has the name of its role and the first number of its block`(
    _ role: RoleID, _ text: String, _ number: UInt16
  ) throws {
    let tuple = try #require(ServiceTuple(role))
    let bytes = Array(text.utf8)
    #expect(tuple.name == ServiceName(bytes.span.rawBytes))
    #expect(tuple.role == role)
    #expect(tuple.protocolID == number)
  }

  @Test func `a program goes by its number`() throws {
    let role = RoleID(rawValue: 0x1A01)
    let bytes = Array("program-1a01".utf8)
    #expect(ServiceName(role) == ServiceName(bytes.span.rawBytes))
    #expect(ServiceTuple(role) == nil)
    #expect(ServiceName(RoleID(rawValue: 0xFF)) == nil)
  }

  @Test func `what speaks no protocol has no tuple`() {
    #expect(ServiceTuple(.rootd) == nil)
    #expect(ServiceTuple(.none) == nil)
    #expect(ServiceName(RoleID.none) == nil)
  }
}
