import Foundation

// Sunrise and sunset after the equations of the NOAA Solar Calculator (Global Monitoring Laboratory,
// https://gml.noaa.gov/grad/solcalc/calcdetails.html), which follow J. Meeus, "Astronomical Algorithms", chapters 25
// and 28, in their low-accuracy form. The sun rises when its centre stands 0.833 degrees below the horizon: 34' of
// refraction and 16' of radius. Within a minute or two of almanacs up to 65 degrees of latitude; nearer to the poles
// the sun grazes the horizon, and a minute of arc is many minutes of time.

/// When the sun crosses the horizon on a date, or why it does not.
enum SunTime: Equatable {
    /// Seconds since 1970-01-01T00:00:00Z.
    case at(Int64)
    /// It stays above the horizon.
    case polarDay
    /// It stays below.
    case polarNight
}

enum SunEvent { case sunrise, sunset }

/// The sunrise or sunset that belongs to a local date.
/// - Parameter noon: 12:00 of that date on the local clock, seconds since 1970: of all crossings those around the solar
///   noon nearest to it belong to the date, whatever the time zone makes of the longitude.
func sunTime(of event: SunEvent, at place: Place, noon: Int64) -> SunTime {
    var transit = Double(noon)
    for _ in 0..<2 {
        // Apparent solar time in minutes after midnight; what it lacks to 720 moves us to noon, half a day at most.
        let sun = Sun(seconds: transit)
        let minutes = (transit / 60 + place.longitude * 4 + sun.equationOfTime).truncatingRemainder(dividingBy: 1_440)
        var lacking = 720 - (minutes < 0 ? minutes + 1_440 : minutes)
        if lacking > 720 { lacking -= 1_440 }
        transit += lacking * 60
    }
    // The sun moves on while we look: three rounds with its place at the moment found are enough for a second.
    let noonCorrection = Sun(seconds: transit).equationOfTime
    var crossing = transit
    for _ in 0..<3 {
        let sun = Sun(seconds: crossing)
        let latitude = place.latitude * .pi / 180
        let cosine =
            (cos(90.833 * .pi / 180) - sin(latitude) * sin(sun.declination))
            / (cos(latitude) * cos(sun.declination))
        if cosine < -1 { return .polarDay }
        guard cosine <= 1 else { return .polarNight }  // at the poles cos(latitude) is nearly 0, never NaN to an owner
        let minutes = acos(cosine) * 180 / .pi * 4
        let drift = noonCorrection - sun.equationOfTime
        crossing = transit + ((event == .sunrise ? -minutes : minutes) + drift) * 60
    }
    return .at(Int64(crossing.rounded()))
}

/// Where the sun stands, seen from the middle of the Earth.
private struct Sun {
    /// Radians north of the equator.
    let declination: Double
    /// Minutes by which a sundial is ahead of a clock at the same meridian.
    let equationOfTime: Double

    init(seconds: Double) {
        let century = (seconds / 86_400 + 2_440_587.5 - 2_451_545) / 36_525
        let radians = Double.pi / 180
        let meanLongitude = (280.46646 + century * (36_000.76983 + century * 0.0003032)) * radians
        let meanAnomaly = (357.52911 + century * (35_999.05029 - 0.0001537 * century)) * radians
        let eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
        let centre =
            sin(meanAnomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
            + sin(2 * meanAnomaly) * (0.019993 - 0.000101 * century) + sin(3 * meanAnomaly) * 0.000289
        let node = (125.04 - 1_934.136 * century) * radians
        let apparentLongitude = meanLongitude + (centre - 0.00569 - 0.00478 * sin(node)) * radians
        let meanObliquity =
            23 + (26 + (21.448 - century * (46.815 + century * (0.00059 - century * 0.001813))) / 60) / 60
        let obliquity = (meanObliquity + 0.00256 * cos(node)) * radians
        declination = asin(sin(obliquity) * sin(apparentLongitude))
        let y = tan(obliquity / 2) * tan(obliquity / 2)
        let equation =
            y * sin(2 * meanLongitude) - 2 * eccentricity * sin(meanAnomaly)
            + 4 * eccentricity * y * sin(meanAnomaly) * cos(2 * meanLongitude)
            - 0.5 * y * y * sin(4 * meanLongitude) - 1.25 * eccentricity * eccentricity * sin(2 * meanAnomaly)
        equationOfTime = equation / radians * 4
    }
}
