// TABLE
// Role ids: who a service or driver is, in the boot configuration, in its start envelope, and as
// the owner of an intake table. Numbers are grouped by phase and never reused.

/// The role of a service, a driver or a program.
///
/// An open set on the wire; the roles of this system have names.
public struct RoleID: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// The number.
  public let rawValue: UInt16

  /// Wraps any number, known or not.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// No role.
  public static let none = RoleID(rawValue: 0)

  // Foundation.

  /// First user process; starts everything else.
  public static let rootd = RoleID(rawValue: 0x01)
  /// Memory allocation policy.
  public static let memd = RoleID(rawValue: 0x02)
  /// Address-space policy.
  public static let vspaced = RoleID(rawValue: 0x03)
  /// Page-fault policy.
  public static let pagerd = RoleID(rawValue: 0x04)
  /// Process lifecycle.
  public static let procd = RoleID(rawValue: 0x05)

  // Coordination.

  /// Service registry.
  public static let named = RoleID(rawValue: 0x11)
  /// Time.
  public static let timed = RoleID(rawValue: 0x12)
  /// Log.
  public static let logd = RoleID(rawValue: 0x13)
  /// Crash records.
  public static let crashd = RoleID(rawValue: 0x14)

  // Hardware mediation.

  /// Interrupt routing.
  public static let irqd = RoleID(rawValue: 0x21)
  /// Device and driver registry.
  public static let deviced = RoleID(rawValue: 0x22)
  /// Discovery.
  public static let probed = RoleID(rawValue: 0x23)
  /// Hot plug.
  public static let hotplugd = RoleID(rawValue: 0x24)

  // Console and input.

  /// Serial console.
  public static let seriald = RoleID(rawValue: 0x31)
  /// Framebuffer console.
  public static let fbcond = RoleID(rawValue: 0x32)
  /// Input events.
  public static let inputd = RoleID(rawValue: 0x33)

  // Storage, file systems, loader.

  /// Block devices and partitions.
  public static let blockd = RoleID(rawValue: 0x41)
  /// RAM file system.
  public static let ramfsd = RoleID(rawValue: 0x42)
  /// Keys and trust for file systems.
  public static let keyd = RoleID(rawValue: 0x43)
  /// ext2, ext3, ext4.
  public static let e2fsd = RoleID(rawValue: 0x44)
  /// FAT and exFAT.
  public static let fatd = RoleID(rawValue: 0x45)
  /// The file namespace.
  public static let vfsd = RoleID(rawValue: 0x46)
  /// Program loader.
  public static let loaderd = RoleID(rawValue: 0x47)

  // What a person uses.

  /// The shell on the serial console.
  public static let shell = RoleID(rawValue: 0x51)
  /// Faults on request.
  public static let crashTest = RoleID(rawValue: 0x52)

  // Drivers.

  /// 16550 serial port.
  public static let drvSerial = RoleID(rawValue: 0x81)
  /// Keyboard controller.
  public static let drvI8042 = RoleID(rawValue: 0x82)
  /// PS/2 keyboard.
  public static let drvPS2Keyboard = RoleID(rawValue: 0x83)
  /// PS/2 mouse.
  public static let drvPS2Mouse = RoleID(rawValue: 0x84)
  /// virtio block device.
  public static let drvVirtioBlock = RoleID(rawValue: 0x85)

  /// The phase of the system that a role belongs to.
  public enum Phase: UInt8, Sendable {
    /// Memory, address spaces, faults, processes.
    case foundation = 0
    /// Names, time, log, crashes.
    case coordination = 1
    /// Interrupts, devices, discovery, hot plug.
    case mediation = 2
    /// Serial, framebuffer, input.
    case console = 3
    /// Blocks, file systems, loader.
    case storage = 4
    /// Shell and tools.
    case user = 5
    /// Drivers of any phase.
    case driver = 8
  }

  /// Number of roles known here.
  public static let knownCount = 30

  /// The known roles in launch order, drivers last; nil for an index outside `0 ..< knownCount`.
  public static func known(at index: Int) -> RoleID? {
    guard index >= 0, index < knownCount else { return nil }
    let order: InlineArray<30, UInt16> = [
      0x01, 0x02, 0x03, 0x04, 0x05, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24, 0x31, 0x32,
      0x33, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x51, 0x52, 0x81, 0x82, 0x83, 0x84, 0x85,
    ]
    return RoleID(rawValue: order[index])
  }

  /// The phase; nil for an unknown role.
  public var phase: Phase? {
    guard name != nil else { return nil }
    return switch rawValue >> 4 {
    case 0: .foundation
    case 1: .coordination
    case 2: .mediation
    case 3: .console
    case 4: .storage
    case 5: .user
    default: .driver
    }
  }

  /// Whether the role is a driver, which deviced starts, and not a service.
  public var isDriver: Bool { phase == .driver }

  /// The role's name, which is also the name of its package; nil for an unknown role.
  public var name: StaticString? {
    switch self {
    case .rootd: "rootd"
    case .memd: "memd"
    case .vspaced: "vspaced"
    case .pagerd: "pagerd"
    case .procd: "procd"
    case .named: "named"
    case .timed: "timed"
    case .logd: "logd"
    case .crashd: "crashd"
    case .irqd: "irqd"
    case .deviced: "deviced"
    case .probed: "probed"
    case .hotplugd: "hotplugd"
    case .seriald: "seriald"
    case .fbcond: "fbcond"
    case .inputd: "inputd"
    default: laterName
    }
  }

  private var laterName: StaticString? {
    switch self {
    case .blockd: "blockd"
    case .ramfsd: "ramfsd"
    case .keyd: "keyd"
    case .e2fsd: "e2fsd"
    case .fatd: "fatd"
    case .vfsd: "vfsd"
    case .loaderd: "loaderd"
    case .shell: "shell"
    case .crashTest: "crash-test"
    case .drvSerial: "drv-serial"
    case .drvI8042: "drv-i8042"
    case .drvPS2Keyboard: "drv-ps2-keyboard"
    case .drvPS2Mouse: "drv-ps2-mouse"
    case .drvVirtioBlock: "drv-virtio-block"
    default: nil
    }
  }
}

#if !hasFeature(Embedded)
extension RoleID {
  /// The role of that name, for host tools; nil for a name that no role has.
  public init?(name: String) {
    for index in 0..<Self.knownCount {
      guard let role = Self.known(at: index), let known = role.name else { continue }
      if known.description == name {
        self = role
        return
      }
    }
    return nil
  }
}
#endif
