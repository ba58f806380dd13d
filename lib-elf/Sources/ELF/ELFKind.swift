// The two kinds of executables (gABI chapter 4, `e_type`) that are accepted.

/// Whether an image has its final addresses already.
public enum ELFKind: UInt16, Equatable, Sendable {
  /// Linked for the addresses in the file.
  case fixed = 2
  /// Runs at any suitable base after relocation.
  case positionIndependent = 3
}
