// TABLE
// What a PCI function is, by vendor and product where they say more than the class, and by class
// else (PCI Local Bus 3.0, appendix D; PCI Code and ID Assignment; virtio 1.2, section 4.1.2).

public import IPC

extension DeviceID {
  /// The kind of a PCI function; `none` for one that no table knows.
  ///
  /// - Parameters:
  ///   - vendor: Of its configuration space.
  ///   - product: Of its configuration space.
  ///   - classCode: Revision, interface, subclass and class, from the low byte up.
  public init(vendor: UInt16, product: UInt16, classCode: UInt32) {
    self =
      switch vendor {
      case 0x1AF4: Self.virtio(product) ?? Self.byClass(classCode)
      case 0x8086: Self.intel(product) ?? Self.byClass(classCode)
      case 0x10EC: product == 0x8139 ? .rtl8139 : Self.byClass(classCode)
      case 0x1234: product == 0x1111 ? .bochsGraphics : Self.byClass(classCode)
      default: Self.byClass(classCode)
      }
  }

  /// virtio: 0x1040 plus the kind of device, or the older numbers from 0x1000 on.
  private static func virtio(_ product: UInt16) -> DeviceID? {
    switch product {
    case 0x1000, 0x1041: .virtioNetwork
    case 0x1001, 0x1042: .virtioBlock
    case 0x1003, 0x1043: .virtioConsole
    case 0x1005, 0x1044: .virtioRandom
    case 0x1050: .virtioGraphics
    case 0x1052: .virtioInput
    default: nil
    }
  }

  private static func intel(_ product: UInt16) -> DeviceID? {
    switch product {
    // 82540EM, 82545EM, 82574L.
    case 0x100E, 0x100F, 0x10D3: .e1000
    default: nil
    }
  }

  private static func byClass(_ code: UInt32) -> DeviceID {
    let interface = UInt8(truncatingIfNeeded: code >> 8)
    switch code >> 16 {
    case 0x0101: return .ide
    case 0x0106: return interface == 1 ? .ahci : .none
    case 0x0108: return interface == 2 ? .nvme : .none
    case 0x0403: return .sound
    case 0x0600: return .hostBridge
    case 0x0601: return .isaBridge
    case 0x0604: return .pciBridge
    case 0x0700: return .serialCard
    case 0x0C03: return usb(interface)
    case 0x0C05: return .smbus
    default: break
    }
    switch code >> 24 {
    case 0x02: return .network
    case 0x03: return .graphics
    default: return .none
    }
  }

  private static func usb(_ interface: UInt8) -> DeviceID {
    switch interface {
    case 0x00, 0x10: .usb1
    case 0x20: .ehci
    case 0x30: .xhci
    default: .none
    }
  }
}
