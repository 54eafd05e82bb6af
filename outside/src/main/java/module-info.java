import org.jspecify.annotations.NullMarked;

/** An example of a user's module that extends Fathom. */
@NullMarked
module fathom.outside {
    requires static org.jspecify;
    requires fathom;

    opens outside to
            fathom.data,
            fathom.nn;

    provides fathom.backend.ComputeBackend with
            outside.ExactProducts;
    provides fathom.train.recipe.Recipe with
            outside.Spirals;
}
