// Registering with named, before READY: who is ready can be looked up.

public import Bootstrap
public import CapABI
import IPC
import Runtime
public import Sys

extension System {
  /// Hands the service's own endpoint to named, if the service has a way to it and a name.
  ///
  /// An endpoint outlives its service's restarts, so a registration that stands is as good as new.
  ///
  /// - Parameter role: The service.
  /// - Throws: PEER_UNAVAILABLE when named refuses.
  public mutating func register(_ role: RoleID) throws(ReadinessCode) {
    let way = try? query(StartupSlot.names)
    guard let tuple = ServiceTuple(role), way?.type == CapabilityType.endpoint.rawValue else {
      return
    }
    send(TransferEntry(slot: StartupSlot.endpoint, mode: .copy, rights: .send))
    do throws(ResultCode) {
      let _: NamedReply = try ask(NamedRequest.register(tuple), of: StartupSlot.names)
    } catch {
      guard error == .exists else { throw .peerUnavailable }
    }
  }
}
