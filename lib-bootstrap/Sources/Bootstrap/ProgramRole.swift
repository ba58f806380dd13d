// Role numbers of programs. Services and drivers have names in CapABI; programs only have numbers.

public import CapABI

extension RoleID {
  /// The first number that programs may use; all from here on have no name.
  public static let firstProgram: UInt16 = 0x1000

  /// Whether the number is a program's.
  public var isProgram: Bool { rawValue >= Self.firstProgram }
}
