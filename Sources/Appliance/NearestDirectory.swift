import Foundation
import Glibc

/// The path itself where something is there, else the nearest directory above it that is: the one it would be made in.
func nearestDirectory(_ path: String) -> String {
    var place = path
    while !place.isEmpty, place != "/", access(place, F_OK) != 0 {
        place = (place as NSString).deletingLastPathComponent
    }
    return place.isEmpty ? "." : place
}
