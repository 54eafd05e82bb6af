package fathom.vision.transforms;

import fathom.vision.transforms.kernels.Warp;

/**
 * Rotation, shear and scaling around a point, then translation.
 *
 * @param angle the rotation in degrees, clockwise
 * @param x the translation to the right in pixels
 * @param y the translation downwards in pixels
 * @param scale the factor of size
 * @param shearX the shear along x in degrees
 * @param shearY the shear along y in degrees
 */
record Affine(double angle, double x, double y, double scale, double shearX, double shearY, WarpOptions options)
        implements Warping {
    /** Precision of corners, so that rounding errors add no row of pixels to an expanded image. */
    private static final double CORNER_PRECISION = 1e-4;

    @Override
    public Warp at(int height, int width) {
        double[] m = inverse(height, width);
        int w = width;
        int h = height;
        if (options.expand) {
            w = expanded(m[0], m[1], m[2], height, width, width);
            h = expanded(m[3], m[4], m[5], height, width, height);
        }
        // from coordinates around the centres of both images to those from their corners
        double[] all = {
            m[0],
            m[1],
            m[2] + width / 2.0 - m[0] * w / 2.0 - m[1] * h / 2.0,
            m[3],
            m[4],
            m[5] + height / 2.0 - m[3] * w / 2.0 - m[4] * h / 2.0,
            0,
            0,
            1
        };
        return options.warp(all, h, w);
    }

    /** {@return the map from the result to the image, [2, 3], in coordinates around the centre of the image} */
    private double[] inverse(int height, int width) {
        double rotation = Math.toRadians(angle);
        double sx = Math.toRadians(shearX);
        double sy = Math.toRadians(shearY);
        double cx = options.center == null ? 0 : options.center[0] - width / 2.0;
        double cy = options.center == null ? 0 : options.center[1] - height / 2.0;
        // rotation times shear along y times shear along x
        double a = Math.cos(rotation - sy) / Math.cos(sy);
        double b = -a * Math.tan(sx) - Math.sin(rotation);
        double c = Math.sin(rotation - sy) / Math.cos(sy);
        double d = -c * Math.tan(sx) + Math.cos(rotation);
        // its inverse: the determinant is 1
        double[] m = {d / scale, -b / scale, 0, -c / scale, a / scale, 0};
        m[2] = m[0] * (-cx - x) + m[1] * (-cy - y) + cx;
        m[5] = m[3] * (-cx - x) + m[4] * (-cy - y) + cy;
        return m;
    }

    /** {@return the extent along one axis of the turned image, in whole pixels} */
    private static int expanded(double a, double b, double c, int height, int width, int size) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int corner = 0; corner < 4; corner++) {
            double at = a * width * ((corner & 1) - 0.5) + b * height * ((corner >> 1) - 0.5) + c + size / 2.0;
            least = Math.min(least, at);
            most = Math.max(most, at);
        }
        double ceiling = Math.ceil((long) (most / CORNER_PRECISION) * CORNER_PRECISION);
        return (int) (ceiling - Math.floor((long) (least / CORNER_PRECISION) * CORNER_PRECISION));
    }
}
