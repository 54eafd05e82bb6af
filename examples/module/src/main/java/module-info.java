module example {
    requires fathom;
}
