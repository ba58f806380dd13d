// What a service goes by at named: the name of its role, and the protocol that the role speaks.

import Bootstrap
import Bytes
public import CapABI
public import IPC

extension ServiceName {
  /// The name that a service or program goes by: that of its role; nil for a number that is none's.
  public init?(_ role: RoleID) {
    guard role.name != nil || role.isProgram else { return nil }
    var line = TextLine()
    line.append(role)
    guard line.count <= Self.maximumLength else { return nil }
    var padded = FixedBytes<16>()
    for index in 0..<line.count { padded[index] = line[index] }
    self.init(padded: padded)
  }
}

extension ServiceTuple {
  /// The tuple that a service registers with; nil for a role that speaks no protocol of its own.
  public init?(_ role: RoleID) {
    let first: UInt16
    switch role {
    case .procd: first = ProcdOperation.addCapability.rawValue
    case .memd: first = MemdOperation.allocateFrame.rawValue
    case .vspaced: first = VspacedOperation.map.rawValue
    case .pagerd: first = PagerdOperation.registerSource.rawValue
    case .named: first = NamedOperation.seedEntry.rawValue
    case .logd: first = LogdOperation.append.rawValue
    case .crashd: first = CrashdOperation.report.rawValue
    case .timed: first = TimedOperation.nowMonotonic.rawValue
    case .irqd: first = IrqdOperation.seedHandler.rawValue
    case .deviced: first = DevicedOperation.seedBinding.rawValue
    case .probed: first = ProbedOperation.discover.rawValue
    case .hotplugd: first = HotplugdOperation.discover.rawValue
    case .seriald: first = SerialdOperation.write.rawValue
    default: return nil
    }
    guard let name = ServiceName(role) else { return nil }
    self.init(name: name, role: role, protocolID: first)
  }
}
