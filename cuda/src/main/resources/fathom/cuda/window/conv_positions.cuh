// What weight gradients share: positions of the output, and the steps from one to another.

struct Axis { i64 in, out, stride, low, dilation, taps; };
struct Arguments {
    const T* x; const T* g; ACC* sums;
    i64 positions, each, groups, inputs, outputs;
    Axis axis[3];
    i64 xs[5], gs[5];
};
struct Position { int image, d, h, w; };

FATHOM_FN Position position(const Arguments& a, UIX m) {
    Position p;
    p.w = (int) (m % (UIX) a.axis[2].out); m /= (UIX) a.axis[2].out;
    p.h = (int) (m % (UIX) a.axis[1].out); m /= (UIX) a.axis[1].out;
#if VOLUME
    p.d = (int) (m % (UIX) a.axis[0].out); m /= (UIX) a.axis[0].out;
#else
    p.d = 0;
#endif
    p.image = (int) m;
    return p;
}
// Moves on by a step of which the parts along each axis are known.
FATHOM_FN void advance(const Arguments& a, Position& p, const Position& by) {
    p.w += by.w;
    p.h += by.h;
    p.image += by.image;
    if (p.w >= (int) a.axis[2].out) { p.w -= (int) a.axis[2].out; p.h++; }
#if VOLUME
    p.d += by.d;
    if (p.h >= (int) a.axis[1].out) { p.h -= (int) a.axis[1].out; p.d++; }
    if (p.d >= (int) a.axis[0].out) { p.d -= (int) a.axis[0].out; p.image++; }
#else
    if (p.h >= (int) a.axis[1].out) { p.h -= (int) a.axis[1].out; p.image++; }
#endif
}
