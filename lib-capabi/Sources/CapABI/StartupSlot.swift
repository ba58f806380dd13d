// Where a service finds what it starts with: fixed slots of its own CSpace, the same in every
// service, so that a reader of one intake table can read them all.

/// Fixed slots of a service's or driver's CSpace.
public enum StartupSlot {
  /// The endpoint it serves.
  public static let endpoint = CapSlot(rawValue: 1)
  /// The notification bound to its thread.
  public static let notification = CapSlot(rawValue: 2)
  /// Whom it reports readiness and failure to.
  public static let supervisor = CapSlot(rawValue: 3)
  /// logd.
  public static let log = CapSlot(rawValue: 4)
  /// named.
  public static let names = CapSlot(rawValue: 5)
  /// timed.
  public static let time = CapSlot(rawValue: 6)
  /// pagerd: the kernel sends page faults through it, and its badge is what the process is called
  /// by pagerd, vspaced and memd.
  public static let pager = CapSlot(rawValue: 7)
  /// First of eight slots for kernel-control endpoints.
  public static let firstControl: UInt32 = 8
  /// First of sixteen slots for peers.
  public static let firstPeer: UInt32 = 16
  /// First slot for counted resources: untyped memory, module frames.
  public static let firstResource: UInt32 = 64
  /// First slot that no intake table uses: free for what arrives later.
  public static let firstDynamic: UInt32 = 2048
}
