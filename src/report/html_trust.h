#pragma once
// Calibration, selective use and slices of one cell. Nothing where nothing was measured.

#include "report/html_parts.h"

namespace qinglan {

Markup trust_audits(const Page& page, std::size_t index);

}  // namespace qinglan
