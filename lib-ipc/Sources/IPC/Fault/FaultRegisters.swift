// The registers of a thread at a fault, beside the instruction and stack pointer, which stand in
// the fault message itself.

import Bytes

/// A register that a fault report holds; raw values give the order in messages.
public enum FaultRegister: Int, Sendable {
  /// rax.
  case rax = 0
  /// rbx.
  case rbx = 1
  /// rcx.
  case rcx = 2
  /// rdx.
  case rdx = 3
  /// rsi.
  case rsi = 4
  /// rdi.
  case rdi = 5
  /// rbp.
  case rbp = 6
  /// r8.
  case r8 = 7
  /// r9.
  case r9 = 8
  /// r10.
  case r10 = 9
  /// r11.
  case r11 = 10
  /// r12.
  case r12 = 11
  /// r13.
  case r13 = 12
  /// r14.
  case r14 = 13
  /// r15.
  case r15 = 14
  /// rflags.
  case rflags = 15
  /// The FS base.
  case fsBase = 16
}

#if !hasFeature(Embedded)
extension FaultRegister: CaseIterable {}
#endif

/// Seventeen registers.
public struct FaultRegisters: Equatable, BitwiseCopyable, Sendable {
  private var values: InlineArray<17, UInt64>

  /// All zero.
  public init() {
    values = InlineArray(repeating: 0)
  }

  /// One register.
  public subscript(register: FaultRegister) -> UInt64 {
    get { values[register.rawValue] }
    set { values[register.rawValue] = newValue }
  }

  /// Whether all registers agree.
  public static func == (first: Self, second: Self) -> Bool {
    for index in first.values.indices {
      guard first.values[index] == second.values[index] else { return false }
    }
    return true
  }

  init(from reader: inout BodyReader) throws(ProtocolError) {
    self.init()
    for index in values.indices {
      values[index] = try reader.integer()
    }
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    for index in values.indices {
      try writer.integer(values[index])
    }
  }
}
