// TABLE
// Kinds of devices that this system has numbers and names for: 0x1xx of the platform, 0x2xx for one
// model or family of models, 0x3xx for a class of devices whatever its maker. Numbers are never
// reused (docs/reference/protocols/deviced.md).

import CapABI
public import IPC

extension DeviceID {
  // The platform.

  /// The first serial port, a 16550.
  public static let com1 = DeviceID(rawValue: 0x101)
  /// The keyboard controller.
  public static let i8042 = DeviceID(rawValue: 0x102)
  /// The framebuffer of the firmware.
  public static let framebuffer = DeviceID(rawValue: 0x103)

  // Models.

  /// virtio network card.
  public static let virtioNetwork = DeviceID(rawValue: 0x201)
  /// virtio block device.
  public static let virtioBlock = DeviceID(rawValue: 0x202)
  /// virtio console.
  public static let virtioConsole = DeviceID(rawValue: 0x203)
  /// virtio source of randomness.
  public static let virtioRandom = DeviceID(rawValue: 0x204)
  /// virtio graphics card.
  public static let virtioGraphics = DeviceID(rawValue: 0x205)
  /// virtio input device.
  public static let virtioInput = DeviceID(rawValue: 0x206)
  /// Intel 8254x and 82574 network card.
  public static let e1000 = DeviceID(rawValue: 0x207)
  /// Realtek RTL8139 network card.
  public static let rtl8139 = DeviceID(rawValue: 0x208)
  /// The emulator's plain graphics card.
  public static let bochsGraphics = DeviceID(rawValue: 0x209)

  // Classes.

  /// NVM Express controller.
  public static let nvme = DeviceID(rawValue: 0x301)
  /// SATA controller with the AHCI interface.
  public static let ahci = DeviceID(rawValue: 0x302)
  /// IDE controller.
  public static let ide = DeviceID(rawValue: 0x303)
  /// USB controller with the xHCI interface.
  public static let xhci = DeviceID(rawValue: 0x304)
  /// USB controller with the EHCI interface.
  public static let ehci = DeviceID(rawValue: 0x305)
  /// USB controller with the UHCI or OHCI interface.
  public static let usb1 = DeviceID(rawValue: 0x306)
  /// Network card.
  public static let network = DeviceID(rawValue: 0x307)
  /// Graphics card.
  public static let graphics = DeviceID(rawValue: 0x308)
  /// Sound card with the HDA interface.
  public static let sound = DeviceID(rawValue: 0x309)
  /// 16550 serial port on a card.
  public static let serialCard = DeviceID(rawValue: 0x30A)
  /// Host bridge.
  public static let hostBridge = DeviceID(rawValue: 0x310)
  /// ISA bridge.
  public static let isaBridge = DeviceID(rawValue: 0x311)
  /// Bridge between PCI buses, or port of PCI Express.
  public static let pciBridge = DeviceID(rawValue: 0x312)
  /// System management bus.
  public static let smbus = DeviceID(rawValue: 0x313)

  /// What a person calls it.
  public var name: StaticString {
    switch self {
    case .com1: "serial port COM1"
    case .i8042: "keyboard controller"
    case .framebuffer: "framebuffer"
    case .virtioNetwork: "virtio network"
    case .virtioBlock: "virtio block"
    case .virtioConsole: "virtio console"
    case .virtioRandom: "virtio random"
    case .virtioGraphics: "virtio graphics"
    case .virtioInput: "virtio input"
    case .e1000: "Intel network"
    case .rtl8139: "Realtek network"
    case .bochsGraphics: "emulator graphics"
    default: className
    }
  }

  private var className: StaticString {
    switch self {
    case .nvme: "NVMe"
    case .ahci: "SATA (AHCI)"
    case .ide: "IDE"
    case .xhci: "USB 3 (xHCI)"
    case .ehci: "USB 2 (EHCI)"
    case .usb1: "USB 1"
    case .network: "network"
    case .graphics: "graphics"
    case .sound: "sound (HDA)"
    case .serialCard: "serial port"
    case .hostBridge: "host bridge"
    case .isaBridge: "ISA bridge"
    case .pciBridge: "PCI bridge"
    case .smbus: "SMBus"
    default: "unknown device"
    }
  }

  /// The device behind a bit of `PlatformCapabilities`; nil for a bit that is no device.
  public static func platform(_ bit: UInt8) -> DeviceID? {
    switch PlatformCapabilities(rawValue: 1 << UInt64(bit & 63)) {
    case .serialPort: .com1
    case .keyboardController: .i8042
    case .framebuffer: .framebuffer
    default: nil
    }
  }
}
