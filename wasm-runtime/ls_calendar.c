// Dates: proleptic Gregorian, or years of twelve months of 30 days, counted in days from January 1 of year 0 (1 BC).
#include <math.h>

#include "ls_runtime.h"

static const double unit_seconds[] = {360 * 86400., 90 * 86400., 30 * 86400., 7 * 86400., 86400., 3600., 60., 1.};

// March is the first month: then the day that comes and goes is the last of a year, and the days before a month are those of a line.
enum { days_in_400_years = 146097, march_first = 60 };
static int64_t days_before_month(int64_t from_march) { return (153 * from_march + 2) / 5; }

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t gregorian_day(int64_t year, int month, int day) {
  int64_t from_march = (month + 9) % 12;
  year -= month <= 2;
  return march_first + 365 * year + floor_divide(year, 4) - floor_divide(year, 100) + floor_divide(year, 400) + days_before_month(from_march) + day - 1;
}

typedef struct date { int64_t year; int month, day; } date;

static date gregorian_date(int64_t days) {
  days -= march_first;
  int64_t era = floor_divide(days, days_in_400_years), rest = days - era * days_in_400_years;
  int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
  rest -= 365 * year + year / 4 - year / 100;
  int64_t from_march = (5 * rest + 2) / 153;
  int month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
  return (date){era * 400 + year + (month <= 2), month, (int)(rest - days_before_month(from_march)) + 1};
}

static date even_date(int64_t days) {
  int64_t month = floor_divide(days, 30), year = floor_divide(month, 12);
  return (date){year, (int)(month - 12 * year) + 1, (int)(days - 30 * month) + 1};
}

static int is_whole(double x, double least, double most) { return x >= least && x <= most && x == floor(x); }

double ls_first_day(double year, double month, double day, int even) {
  if (!is_whole(year, -99999, 99999) || !is_whole(month, 1, 12) || !is_whole(day, 1, even ? 30 : 31)) return NAN;
  if (even) return (year * 12 + month - 1) * 30 + day - 1;
  int64_t days = gregorian_day((int64_t)year, (int)month, (int)day);
  return gregorian_date(days).day == day ? (double)days : NAN;
}

double LS_EXPORT(ls_calendar)(double time, double first, double unit, double measure) {
  if (!(unit >= LS_YEAR && unit <= LS_SECOND && measure >= LS_DATE_YEAR && measure <= LS_DATE_SECOND)) return NAN;
  double seconds = time * unit_seconds[(int)unit];
  // A day that 0.1 of a month just misses is meant.
  double whole = floor(seconds + 0.5);
  if (fabs(seconds - whole) < 1e-4) seconds = whole;
  double day = floor(seconds / 86400), second = seconds - day * 86400;
  day += first;
  if (!(fabs(day) < 1e12)) return NAN;
  double hour = floor(second / 3600), minute = floor((second - hour * 3600) / 60);
  date d = unit <= LS_MONTH ? even_date((int64_t)day) : gregorian_date((int64_t)day);
  switch ((int)measure) {
    case LS_DATE_YEAR: return (double)d.year;
    case LS_DATE_QUARTER: return (d.month + 2) / 3;
    case LS_DATE_MONTH: return d.month;
    case LS_DATE_DAY: return d.day;
    case LS_DATE_WEEKDAY: return day + 6 - 7 * floor((day + 6) / 7);
    case LS_DATE_DAYS: return day;
    case LS_DATE_HOUR: return hour;
    case LS_DATE_MINUTE: return minute;
    default: return second - hour * 3600 - minute * 60;
  }
}
