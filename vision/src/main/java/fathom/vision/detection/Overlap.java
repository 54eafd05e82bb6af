package fathom.vision.detection;

import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.unary;

import fathom.Autograd;
import fathom.PointwiseFunction;
import fathom.Tensor;
import fathom.ir.Expr;
import fathom.ir.UnaryOp;

/** Measures of how much two boxes overlap, as functions of their eight coordinates: one kernel each. */
final class Overlap {
    static final double EPS = 1e-7;

    static final PointwiseFunction IOU =
            PointwiseFunction.of("boxIou", 8, c -> new Pair(c).intersection().div(new Pair(c).union()));

    static final PointwiseFunction GENERALIZED =
            PointwiseFunction.of(
                    "generalizedBoxIou",
                    8,
                    c -> {
                        var pair = new Pair(c);
                        Expr hull = positive(pair.hullWidth()).mul(positive(pair.hullHeight()));
                        Expr union = pair.union();
                        return pair.intersection().div(union).sub(hull.sub(union).div(hull));
                    });

    /** The difference in aspect ratio, from 0 to 1. */
    static final PointwiseFunction SHAPE = PointwiseFunction.of("completeBoxIou", 8, c -> new Pair(c).shape());

    private Overlap() {}

    static PointwiseFunction distance(double eps) {
        return PointwiseFunction.of(
                "distanceBoxIou",
                8,
                c -> {
                    var pair = new Pair(c);
                    Expr diagonal =
                            positive(pair.hullWidth()).square().add(positive(pair.hullHeight()).square()).add(eps);
                    return pair.intersection().div(pair.union()).sub(pair.centres().div(diagonal));
                });
    }

    /** {@return the weight of the {@link #SHAPE} in the complete IoU, a constant for gradients} */
    static Tensor weight(Tensor shape, Tensor iou, double eps) {
        try (var _ = Autograd.noGrad()) {
            return shape.div(iou.rsub(1).add(shape).add(eps));
        }
    }

    /** {@return the coordinates of boxes {@code [..., 4]}, first those of one tensor, then those of the other} */
    static Tensor[] corners(Tensor boxes1, Tensor boxes2) {
        var corners = new Tensor[8];
        for (int k = 0; k < 4; k++) {
            corners[k] = boxes1.select(-1, k);
            corners[4 + k] = boxes2.select(-1, k);
        }
        return corners;
    }

    static Expr positive(Expr x) {
        return x.max(0);
    }

    /** Two boxes as expressions. */
    record Pair(Expr x1, Expr y1, Expr x2, Expr y2, Expr x1g, Expr y1g, Expr x2g, Expr y2g) {
        Pair(Expr... c) {
            this(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]);
        }

        Expr intersection() {
            return positive(x2.min(x2g).sub(x1.max(x1g))).mul(positive(y2.min(y2g).sub(y1.max(y1g))));
        }

        Expr union() {
            Expr area = x2.sub(x1).mul(y2.sub(y1));
            return area.add(x2g.sub(x1g).mul(y2g.sub(y1g))).sub(intersection());
        }

        Expr hullWidth() {
            return x2.max(x2g).sub(x1.min(x1g));
        }

        Expr hullHeight() {
            return y2.max(y2g).sub(y1.min(y1g));
        }

        /** The squared distance of the centres. */
        Expr centres() {
            Expr dx = x1.add(x2).div(2).sub(x1g.add(x2g).div(2));
            Expr dy = y1.add(y2).div(2).sub(y1g.add(y2g).div(2));
            return dx.square().add(dy.square());
        }

        Expr shape() {
            Expr ratio = unary(UnaryOp.ATAN, x2.sub(x1).div(y2.sub(y1)));
            Expr other = unary(UnaryOp.ATAN, x2g.sub(x1g).div(y2g.sub(y1g)));
            return constant(x1.type(), 4 / (Math.PI * Math.PI)).mul(ratio.sub(other).square());
        }
    }
}
