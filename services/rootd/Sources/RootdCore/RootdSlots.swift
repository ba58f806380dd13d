// Where rootd keeps what it makes, in its own CSpace; the boot configuration declares the same
// slots as acquired.

import CapABI

/// Slots of rootd behind those that the kernel fills.
enum RootdSlots {
  /// Its own endpoint: readiness reports and faults of the foundation.
  static let endpoint = CapSlot(rawValue: 6)
  /// Its own notification: deaths of the foundation.
  static let notification = CapSlot(rawValue: 7)
  /// procd, as rootd calls it.
  static let procd = CapSlot(rawValue: 16)
  /// named, as rootd seeds it.
  static let named = CapSlot(rawValue: 17)
  /// irqd, as rootd seeds it.
  static let irqd = CapSlot(rawValue: 18)
  /// deviced, as rootd seeds it.
  static let deviced = CapSlot(rawValue: 19)
  /// Memory that the foundation is made from.
  static let memory = CapSlot(rawValue: 2496)
  /// Empty between two steps.
  static let scratch = CapSlot(rawValue: 2497)
  /// Empty between two steps, beside `scratch`.
  static let second = CapSlot(rawValue: 2498)
  /// The install grant for the child in the making.
  static let grant = CapSlot(rawValue: 2499)
  /// The reply to whoever ends the system, which is never given.
  static let reply = CapSlot(rawValue: 2500)
  /// The boot configuration, for those who compare with it.
  static let configuration = CapSlot(rawValue: 2501)

  /// The endpoint of a service, by its place in the boot configuration.
  static func endpoint(of index: Int) -> CapSlot { numbered(2560, index) }
  /// The notification of a service.
  static func notification(of index: Int) -> CapSlot { numbered(2624, index) }
  /// The process of a foundation service.
  static func process(of index: Int) -> CapSlot { numbered(2688, index) }
  /// The image of a service that procd starts.
  static func image(_ index: Int) -> CapSlot { numbered(3072, index) }

  /// A boot configuration has at most 64 services.
  private static func numbered(_ first: UInt32, _ index: Int) -> CapSlot {
    CapSlot(rawValue: first + UInt32(truncatingIfNeeded: index & 63))
  }
}
