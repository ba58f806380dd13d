// Command switches: what a smoke image may ask for, and that no other image may ask for anything.

import Bytes
import CapABI
import Handoff
import Testing

struct CommandSwitchesTests {
  private let all = CommandSwitches(flags: .all, forceFail: .memd, leaveOut: .all)

  @Test func `all switches together survive a round trip`() throws {
    #expect(try decode(encode(all)) == all)
  }

  @Test func `no switches are sixteen zeros`() throws {
    #expect(CommandSwitches().isNone)
    #expect(try encode(CommandSwitches()) == [UInt8](repeating: 0, count: 16))
  }

  @Test func `an unknown flag is refused`() throws {
    let bytes = try encode(all).replacing(at: 0, with: [15])
    #expect(throws: FormatError.unknownFlags(offset: 0, found: 15)) {
      try decode(bytes, as: CommandSwitches.self)
    }
  }

  @Test func `a role that nobody has cannot be forced to fail`() throws {
    let bytes = try encode(all).replacing(at: 4, with: [0xFF, 0])
    #expect(throws: FormatError.invalidValue(offset: 4, found: 0xFF)) {
      try decode(bytes, as: CommandSwitches.self)
    }
  }

  @Test func `a protection that does not exist cannot be left out`() throws {
    let bytes = try encode(all).replacing(at: 8, with: [0, 0, 4, 0])
    #expect(throws: FormatError.unknownFlags(offset: 8, found: 1 << 18)) {
      try decode(bytes, as: CommandSwitches.self)
    }
  }

  @Test(arguments: [BuildProfile.dev, .release])
  func `only smoke images may have any`(_ profile: BuildProfile) throws {
    let bytes = try encode(CommandSwitches(leaveOut: .memoryClearing))
    #expect(throws: FormatError.nonzeroReserved(offset: 10)) {
      try CommandSwitches(
        in: Record(bytes.span.rawBytes, base: 0), at: 0, profile: profile)
    }
    #expect(throws: Never.self) {
      try CommandSwitches(in: Record(bytes.span.rawBytes, base: 0), at: 0, profile: .smoke)
    }
  }
}
