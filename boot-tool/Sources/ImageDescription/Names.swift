// TABLE
// Names for what the sources have no enum for: roles, rights, protections.

import Bootstrap
package import CapABI
import Handoff

/// A name for one flag.
struct FlagName<Flags: FlagSet> {
  let name: String
  let flag: Flags

  init(_ name: String, _ flag: Flags) {
    self.name = name
    self.flag = flag
  }
}

extension FlagName where Flags == Rights {
  /// The rights, in the order of their bits, which is the order in which they are printed.
  static var all: [FlagName] {
    [
      FlagName("send", .send), FlagName("receive", .receive), FlagName("grant", .grant),
      FlagName("read", .read), FlagName("write", .write), FlagName("execute", .execute),
      FlagName("manage", .manage),
    ]
  }
}

extension FlagName where Flags == SyscallFilter {
  /// The system calls, by their names in CapABI.
  static var all: [FlagName] {
    Syscall.allCases.map { FlagName("\($0)", SyscallFilter($0)) }
  }
}

extension FlagName where Flags == Protections {
  /// The protections that a smoke image can leave out, in the order of their bits.
  static var all: [FlagName] {
    [
      FlagName("noExecute", .noExecute), FlagName("writeProtect", .writeProtect),
      FlagName("smep", .smep), FlagName("smap", .smap), FlagName("umip", .umip),
      FlagName("writeXorExecute", .writeXorExecute), FlagName("nullGuard", .nullGuard),
      FlagName("stackGuards", .stackGuards), FlagName("fpuIsolation", .fpuIsolation),
      FlagName("separateTables", .separateTables), FlagName("aslr", .aslr),
      FlagName("pcid", .pcid), FlagName("speculationControl", .speculationControl),
      FlagName("kpti", .kpti), FlagName("readOnlyTables", .readOnlyTables),
      FlagName("syscallFilter", .syscallFilter), FlagName("copyOnWrite", .copyOnWrite),
      FlagName("memoryClearing", .memoryClearing),
    ]
  }
}

extension Field {
  /// The union of named flags.
  func flags<Flags: FlagSet>(_ known: [FlagName<Flags>]) throws(DescriptionError) -> Flags {
    var flags = Flags.none
    for element in try names() {
      let name = try element.string()
      guard let found = known.first(where: { $0.name == name }) else {
        throw element.refused(.unknownName(name))
      }
      flags = flags | found.flag
    }
    return flags
  }

  /// A role by its name, or `program-` and its number in hexadecimal.
  func role() throws(DescriptionError) -> RoleID {
    let name = try string()
    guard let role = RoleID(text: name) else { throw refused(.unknownName(name)) }
    return role
  }
}

extension RoleID {
  /// The role of a name, or of `program-` and a number in hexadecimal; nil for any other text.
  package init?(text: String) {
    if let role = RoleID(name: text) {
      self = role
      return
    }
    let prefix = "program-"
    let digits = text.dropFirst(prefix.count)
    guard text.hasPrefix(prefix), digits.allSatisfy(\.isHexDigit),
      let number = UInt16(digits, radix: 16), RoleID(rawValue: number).isProgram
    else { return nil }
    self = RoleID(rawValue: number)
  }

  /// The name, or what stands for a number without one.
  package var text: String {
    if let name { return name.description }
    return (isProgram ? "program-" : "role-") + String(rawValue, radix: 16)
  }
}
