// What a section is for, docs/reference/boot-image.md, "Section table entry".

/// The kind of a section.
public enum SectionFamily: UInt16, Equatable, Sendable {
  /// The kernel's ELF file.
  case kernel = 1
  /// The root task's ELF file.
  case rootTask = 2
  /// The ELF file of a service that is started before there is a file system.
  case earlyService = 3
  /// The ELF file of a driver.
  case driver = 4
  /// The boot configuration; the one section that every image has.
  case bootConfig = 5
  /// Data that is never executed, such as a font.
  case blob = 6

  /// Whether at most one section of the family may be in an image.
  public var isUnique: Bool {
    switch self {
    case .kernel, .rootTask, .bootConfig: true
    case .earlyService, .driver, .blob: false
    }
  }

  /// Whether sections of the family are told apart by their role, which then is never 0.
  public var hasRole: Bool {
    switch self {
    case .earlyService, .driver: true
    case .kernel, .rootTask, .bootConfig, .blob: false
    }
  }
}
